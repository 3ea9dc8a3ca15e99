#include "simulator/virtual/store.hpp"

#include <algorithm>

namespace zha::sim {

namespace {

Error no_space(const std::string& path) {
    return {Errc::io, path + ": no space left on device"};
}

}  // namespace

std::string VirtualStore::key(const Path& path) {
    auto text = path.string();
    // Most are normal already, and taking a path apart is dear.
    const bool normal = text.starts_with('/') && text.find("//") == std::string::npos &&
                        text.find("/.") == std::string::npos;
    if (!normal) text = path.lexically_normal().string();
    while (text.size() > 1 && text.back() == '/') text.pop_back();
    return text;
}

std::vector<std::string> VirtualStore::below(const std::string& dir) const {
    const auto prefix = dir + "/";
    std::vector<std::string> names;
    for (auto it = entries_.lower_bound(prefix); it != entries_.end(); ++it) {
        if (!it->first.starts_with(prefix)) break;
        names.push_back(it->first);
    }
    return names;
}

Result<std::string> VirtualStore::read(const Path& file, std::size_t max_bytes) {
    const auto it = entries_.find(key(file));
    if (it == entries_.end()) return {Errc::not_found, file.string() + ": is missing"};
    if (it->second.directory) return {Errc::io, file.string() + ": is a directory"};
    if (it->second.bytes.size() > max_bytes)
        return {Errc::invalid, file.string() + ": is too large"};
    return it->second.bytes;
}

Status VirtualStore::write(const Path& file, const std::string& bytes, unsigned mode) {
    if (full_) return no_space(file.string());
    const auto name = key(file);
    const auto slash = name.rfind('/');
    const auto parent = entries_.find(name.substr(0, std::max<std::size_t>(slash, 1)));
    if (slash == std::string::npos || parent == entries_.end() || !parent->second.directory)
        return {Errc::io, file.string() + ": no such directory"};
    entries_[name] = {false, mode, bytes};
    ++writes_;
    return {};
}

Status VirtualStore::make_directory(const Path& dir, unsigned mode) {
    if (exists(dir)) return {};
    if (full_) return no_space(dir.string());
    for (auto path = Path(key(dir)); !path.empty() && !exists(path); path = path.parent_path())
        entries_[key(path)] = {true, mode, {}};
    return {};
}

Status VirtualStore::remove_all(const Path& path) {
    for (const auto& name : below(key(path))) entries_.erase(name);
    entries_.erase(key(path));
    return {};
}

Status VirtualStore::rename(const Path& from, const Path& to) {
    if (!exists(from)) return {Errc::not_found, from.string() + ": is missing"};
    if (exists(to)) return {Errc::busy, to.string() + ": exists"};
    const auto old = key(from);
    for (const auto& name : below(old)) {
        auto node = entries_.extract(name);
        node.key() = key(to) + name.substr(old.size());
        entries_.insert(std::move(node));
    }
    auto node = entries_.extract(old);
    node.key() = key(to);
    entries_.insert(std::move(node));
    return {};
}

Result<std::vector<std::string>> VirtualStore::list(const Path& dir) {
    std::vector<std::string> names;
    const auto base = key(dir);
    for (const auto& name : below(base))
        if (name.find('/', base.size() + 1) == std::string::npos)
            names.push_back(name.substr(base.size() + 1));
    return names;
}

bool VirtualStore::exists(const Path& path) {
    return entries_.contains(key(path));
}

std::string VirtualStore::content(const Path& file) const {
    const auto it = entries_.find(key(file));
    return it == entries_.end() ? std::string() : it->second.bytes;
}

unsigned VirtualStore::mode(const Path& path) const {
    const auto it = entries_.find(key(path));
    return it == entries_.end() ? 0 : it->second.mode;
}

Status VirtualStore::copy(const Path& from, const Path& to) {
    const auto old = key(from);
    if (!exists(from)) return {Errc::not_found, from.string() + ": is missing"};
    if (auto made = make_directory(to); !made) return made;
    for (const auto& name : below(old)) {
        const auto entry = entries_.at(name);
        entries_[key(to) + name.substr(old.size())] = entry;
    }
    return {};
}

}  // namespace zha::sim
