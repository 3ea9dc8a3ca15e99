#include "core/manifest.hpp"

#include <algorithm>
#include <set>
#include <tuple>

namespace zha {

namespace {

constexpr std::size_t kFilesMax = 500;
constexpr std::uint64_t kFileMax = 16U << 20;
constexpr std::uint64_t kTotalMax = 64U << 20;

bool lower_hex(const std::string& text, std::size_t digits) {
    return text.size() == digits && std::all_of(text.begin(), text.end(), [](unsigned char c) {
               return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
           });
}

Status bad(const std::string& what) {
    return {Errc::corrupt, "manifest: " + what};
}

}  // namespace

const ManifestFile* Manifest::file(const std::string& path) const {
    const auto it = std::find_if(files.begin(), files.end(),
                                 [&](const ManifestFile& f) { return f.path == path; });
    return it == files.end() ? nullptr : &*it;
}

std::string snapshot_id(const std::string& node, Epoch epoch, std::uint64_t seq) {
    return node + "-" + std::to_string(epoch) + "-" + std::to_string(seq);
}

bool safe_path(const std::string& path) {
    if (path == "nvram.json") return true;
    if (!path.starts_with("data/") || path.size() > 200) return false;
    std::size_t parts = 0;
    for (std::size_t at = 0; at <= path.size();) {
        const auto end = std::min(path.find('/', at), path.size());
        const auto part = path.substr(at, end - at);
        if (part.empty() || part == "." || part == "..") return false;
        if (std::any_of(part.begin(), part.end(), [](unsigned char c) { return c < 0x20; }))
            return false;
        ++parts;
        at = end + 1;
    }
    return parts >= 2 && parts <= 4;
}

Status check(const Manifest& m) {
    if (m.version != Manifest::kVersion)
        return bad("version " + std::to_string(m.version) + " is not known");
    if (m.node.empty() || m.node.find('/') != std::string::npos) return bad("no node name");
    if (m.info.id != snapshot_id(m.node, m.info.epoch, m.info.seq))
        return bad("id does not match node, epoch and generation");
    if (m.info.fingerprint.empty()) return bad("no fingerprint");
    if (!lower_hex(m.ieee, 16)) return bad("no coordinator IEEE address");
    if (m.files.size() > kFilesMax) return bad("too many files");
    std::set<std::string> seen;
    std::uint64_t total = 0;
    for (const auto& f : m.files) {
        if (!safe_path(f.path)) return bad("unsafe path");
        if (!seen.insert(f.path).second) return bad("path twice: " + f.path);
        if (f.size > kFileMax) return bad("too large: " + f.path);
        if (!lower_hex(f.sha256, 64)) return bad("no hash: " + f.path);
        total += f.size;
    }
    if (total > kTotalMax) return bad("too large altogether");
    if (!seen.contains("data/configuration.yaml")) return bad("configuration.yaml is missing");
    if (m.info.has_nvram != seen.contains("nvram.json"))
        return bad("has_nvram contradicts the files");
    return {};
}

bool newer(const SnapshotInfo& a, const SnapshotInfo& b) {
    return std::tie(a.epoch, a.seq) > std::tie(b.epoch, b.seq);
}

Status check_successor(const Manifest& candidate, const Manifest& last) {
    if (candidate.info.fingerprint != last.info.fingerprint)
        return {Errc::refused,
                candidate.info.id + " belongs to another network than " + last.info.id};
    if (candidate.ieee != last.ieee)
        return {Errc::refused,
                candidate.info.id + " belongs to another coordinator than " + last.info.id};
    if (last.devices > 0 && candidate.devices == 0)
        return {Errc::refused, candidate.info.id + " lost all " + std::to_string(last.devices) +
                                   " devices of " + last.info.id};
    if (newer(last.info, candidate.info))
        return {Errc::refused, candidate.info.id + " is older than " + last.info.id};
    return {};
}

}  // namespace zha
