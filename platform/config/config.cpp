#include "platform/config/config.hpp"

#include <cerrno>
#include <fstream>
#include <system_error>

#include "platform/config/layout.hpp"

namespace zha {

namespace {

constexpr std::streamsize kMaxFile = 1 << 20;

}  // namespace

Result<Config> parse_config(const std::string& yaml, const std::string& file_name) {
    config::Problems problems(file_name);
    try {
        const auto documents = YAML::LoadAll(yaml);
        if (documents.size() != 1) {
            problems.add(1, "", "must hold one document, not " + std::to_string(documents.size()));
            return problems.status().error();
        }
        Config result = config::read_layout(problems, documents[0]);
        if (problems.none()) return result;
    } catch (const YAML::Exception& thrown) {
        problems.add(thrown.mark.is_null() ? 1 : thrown.mark.line + 1, "", thrown.msg);
    }
    return problems.status().error();
}

Result<Config> load_config(const Path& file) {
    std::ifstream in(file, std::ios::binary);
    if (!in)
        return {errno == ENOENT ? Errc::not_found : Errc::io,
                file.string() + ": " + std::generic_category().message(errno)};
    std::string text(kMaxFile + 1, '\0');
    in.read(text.data(), std::streamsize(text.size()));
    if (in.bad() || (in.fail() && !in.eof())) return {Errc::io, file.string() + ": cannot be read"};
    if (in.gcount() > kMaxFile)
        return {Errc::invalid,
                file.string() + ": is larger than " + std::to_string(kMaxFile) + " bytes"};
    text.resize(std::size_t(in.gcount()));
    return parse_config(text, file.string());
}

}  // namespace zha
