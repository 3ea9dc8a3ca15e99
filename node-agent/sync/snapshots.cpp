#include "node-agent/sync/snapshots.hpp"

#include <algorithm>

#include "core/safeguards.hpp"
#include "node-agent/sync/manifest_file.hpp"
#include "node-agent/sync/sha256.hpp"

namespace zha {

namespace {

constexpr std::size_t kManifestMax = 1U << 20;
constexpr std::size_t kFileMax = 16U << 20;
constexpr const char* kManifest = "manifest.json";
constexpr const char* kPartial = ".part";

bool safe_id(const std::string& id) {
    return !id.empty() && id.size() <= 100 &&
           std::all_of(id.begin(), id.end(), [](unsigned char c) {
               return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                      c == '-' || c == '_';
           });
}

}  // namespace

Result<Snapshot> Snapshots::load_from(const Path& directory) {
    auto text = store_.read(directory / kManifest, kManifestMax);
    if (!text) return text.error();
    auto manifest = decode_manifest(*text);
    if (!manifest) return within(directory.string(), manifest.error());
    Snapshot snapshot{*manifest, {}};
    for (const auto& f : manifest->files) {
        auto content = store_.read(directory / f.path, kFileMax);
        if (!content) return content.error();
        const bool same = content->size() == f.size && sha256_hex(*content) == f.sha256;
        if (!same && kept(Safeguard::snapshot_hash))
            return {Errc::corrupt,
                    (directory / f.path).string() + ": is not what the manifest says"};
        snapshot.files[f.path] = std::move(*content);
    }
    return snapshot;
}

std::optional<Manifest> Snapshots::newest(const Path& directory, std::string& damaged) {
    std::optional<Manifest> best;
    auto names = store_.list(directory);
    if (!names) {
        damaged = names.error().message;
        return best;
    }
    for (const auto& name : *names) {
        if (name.ends_with(kPartial)) {
            (void)store_.remove_all(directory / name);
            continue;
        }
        auto snapshot = load_from(directory / name);
        if (!snapshot)
            damaged = snapshot.error().message;
        else if (!best || newer(snapshot->manifest.info, best->info))
            best = snapshot->manifest;
    }
    return best;
}

std::string Snapshots::scan() {
    std::string damaged;
    own_ = newest(own_directory(), damaged);
    staged_ = newest(staged_directory(), damaged);
    return damaged;
}

const Manifest* Snapshots::best() const {
    if (!own_) return staged_ ? &*staged_ : nullptr;
    if (!staged_ || newer(own_->info, staged_->info)) return &*own_;
    return &*staged_;
}

const Manifest* Snapshots::find(const std::string& id) const {
    if (own_ && own_->info.id == id) return &*own_;
    if (staged_ && staged_->info.id == id) return &*staged_;
    return nullptr;
}

Status Snapshots::keep(Manifest manifest, const Files& files) {
    manifest.files.clear();
    for (const auto& [path, content] : files)
        manifest.files.push_back({path, content.size(), sha256_hex(content)});
    if (auto good = check(manifest); !good) return good;
    const auto final = own_directory() / manifest.info.id;
    const Path partial = final.string() + kPartial;
    auto status = store_.remove_all(partial);
    for (const auto& [path, content] : files) {
        const auto file = partial / path;
        if (status) status = store_.make_directory(file.parent_path(), 0700);
        if (status) status = store_.write(file, content, 0600);
    }
    if (status) status = store_.write(partial / kManifest, encode_manifest(manifest), 0600);
    if (status) status = store_.rename(partial, final);
    if (!status) {
        (void)store_.remove_all(partial);
        return within("snapshot", status.error());
    }
    own_ = manifest;
    prune(own_directory(), manifest.info.id);
    return {};
}

Result<Path> Snapshots::prepare_fetch(const std::string& id) {
    if (!safe_id(id)) return {Errc::invalid, "snapshot: unsafe id"};
    const Path partial = (staged_directory() / id).string() + kPartial;
    if (auto made = store_.make_directory(staged_directory(), 0700); !made) return made.error();
    if (auto removed = store_.remove_all(partial); !removed) return removed.error();
    return partial;
}

Status Snapshots::accept(const std::string& id, std::uint32_t firmware) {
    const auto final = staged_directory() / id;
    const Path partial = final.string() + kPartial;
    auto snapshot = load_from(partial);
    Status status;
    if (!snapshot)
        status = snapshot.error();
    else if (snapshot->manifest.info.id != id)
        status = {Errc::corrupt, "snapshot: asked for " + id + ", got another one"};
    else if (staged_)
        status = check_successor(snapshot->manifest, *staged_);
    const bool same =
        status && own_ && own_->info.fingerprint == snapshot->manifest.info.fingerprint;
    if (same && own_->devices > 0 && snapshot->manifest.devices == 0)
        status = {Errc::refused, "snapshot " + id + " lost all " + std::to_string(own_->devices) +
                                     " devices that are known here"};
    if (status && firmware != 0 && snapshot->manifest.firmware != 0 &&
        snapshot->manifest.firmware != firmware)
        status = {Errc::refused, "snapshot " + id + " is of firmware " +
                                     std::to_string(snapshot->manifest.firmware) +
                                     ", this dongle has " + std::to_string(firmware)};
    if (status && !store_.exists(final)) status = store_.rename(partial, final);
    if (!status) {
        (void)store_.remove_all(partial);
        return status;
    }
    staged_ = snapshot->manifest;
    prune(staged_directory(), id);
    return {};
}

Result<Snapshot> Snapshots::load(std::string id) {
    const bool own = own_ && own_->info.id == id;
    if (!own && !(staged_ && staged_->info.id == id))
        return {Errc::not_found, "snapshot " + id + " is not held here"};
    const auto directory = own ? own_directory() : staged_directory();
    auto snapshot = load_from(directory / id);
    if (snapshot || snapshot.error().code != Errc::corrupt) return snapshot;
    // It was good once and the disk lost it: an older one, or a new one, is better than none.
    std::string damaged;
    if (auto gone = store_.remove_all(directory / id); !gone) return gone.error();
    (own ? own_ : staged_) = newest(directory, damaged);
    return snapshot;
}

void Snapshots::prune(const Path& directory, const std::string& newest_id) {
    auto names = store_.list(directory);
    if (!names) return;
    std::vector<std::pair<SnapshotInfo, std::string>> known;
    for (const auto& name : *names) {
        auto text = store_.read(directory / name / kManifest, kManifestMax);
        auto manifest = text ? decode_manifest(*text) : Result<Manifest>(text.error());
        if (manifest && name != newest_id) known.emplace_back(manifest->info, name);
    }
    std::sort(known.begin(), known.end(),
              [](const auto& a, const auto& b) { return newer(a.first, b.first); });
    for (std::size_t i = kKept - 1; i < known.size(); ++i)
        (void)store_.remove_all(directory / known[i].second);
}

}  // namespace zha
