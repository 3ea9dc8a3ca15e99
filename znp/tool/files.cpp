#include "znp/tool/files.hpp"

#include <fmt/chrono.h>
#include <fmt/core.h>

#include <ctime>

#include "platform/store/store.hpp"
#include "znp/nvram/side_file.hpp"

namespace zha::znp {
namespace {

constexpr std::size_t kMaxText = 4 << 20;

Result<Image> parse(const std::string& text, const std::string& file) {
    auto image = from_json(text);
    if (!image) return within(file, image.error());
    return image;
}

}  // namespace

std::string timestamp() {
    return fmt::format("{:%Y-%m-%dT%H:%M:%S+00:00}", fmt::gmtime(std::time(nullptr)));
}

Result<Image> load(const std::string& file) {
    RealStore store;
    const auto text = store.read(file, kMaxText);
    if (!text) return text.error();
    return parse(*text, file);
}

Result<DumpFile> load_dump(const std::string& file) {
    RealStore store;
    const auto text = store.read(file, kMaxText);
    if (!text) return text.error();
    const auto image = parse(*text, file);
    if (!image) return image.error();
    const auto about = store.read(side_name(file), kMaxText);
    if (!about && about.error().code == Errc::not_found) return DumpFile{*image, std::nullopt};
    if (!about) return about.error();
    const auto side = parse_side_file(*about);
    if (!side) return within(side_name(file), side.error());
    if (const auto same = belongs_to(*side, *text); !same) return within(file, same.error());
    return DumpFile{*image, *side};
}

Status save_dump(const Dump& dump, const std::optional<SideFile>& former, const std::string& file) {
    RealStore store;
    const auto text = to_json(dump.image);
    if (const auto written = store.write(file, text, 0600); !written) return written;
    if (!dump.device && !former) return store.remove_all(side_name(file));  // it is of another file
    auto side = former.value_or(SideFile{});
    if (dump.device) {
        side.ieee = dump.device->ieee, side.product = dump.device->version.product;
        side.revision = dump.device->version.revision;
    }
    const auto identity = identity_of(dump.image);
    side.time = timestamp(), side.sha256 = sha256_of(text), side.extra = dump.extra;
    side.frame_counter = frame_counter(dump.image);
    side.network = identity ? fingerprint(*identity) : "";
    return store.write(side_name(file), side_text(side), 0600);
}

std::string found(const Image& read) {
    auto image = read;
    settle_key(image);
    if (const auto identity = identity_of(image))
        return fmt::format(
            "network: PAN 0x{:04x}, extended PAN {:016x}, channel {}, coordinator "
            "{:016x}",
            identity->pan_id, identity->extended_pan_id, identity->channel, identity->ieee);
    if (image.items.empty()) return "no network: the NVRAM is blank";
    if (!image.legacy(osal::NIB)) return "no network: the dongle is factory-new";
    return fmt::format("no network: {}", identity_of(image).error().message);
}

}  // namespace zha::znp
