#include "znp/tool/convert.hpp"

#include <fmt/core.h>

#include "platform/store/store.hpp"
#include "znp/nvram/coordinator_backup.hpp"
#include "znp/tool/files.hpp"

namespace zha::znp {
namespace {

constexpr std::size_t kMaxText = 4 << 20;

Result<std::string> to_backup(Store& store, const std::string& text, const std::string& from,
                              const std::string& to) {
    const auto image = from_json(text);
    if (!image) return within(from, image.error());
    auto backup = backup_of(*image);
    if (!backup) return within(from, backup.error());
    backup->source = "zha-nvram@1";
    backup->creation_time = timestamp();
    if (const auto written = store.write(to, backup_text(*backup), 0600); !written)
        return written.error();
    return fmt::format(
        "{}: coordinator backup with {} devices; bindings, groups and child table "
        "are not part of this form",
        to, backup->devices.size());
}

Result<std::string> to_image(Store& store, const std::string& text, const std::string& from,
                             const std::string& to, const ConvertOptions& options) {
    const auto backup = parse_backup(text);
    if (!backup) return within(from, backup.error());
    if (options.base.empty())
        return Error{Errc::invalid, from +
                                        ": is a coordinator backup; add --base FILE, a dump of the "
                                        "dongle that is to take it"};
    const auto dump = load(options.base);
    if (!dump) return dump.error();
    auto image = image_from(*backup, *dump);
    if (!image) return within(options.base, image.error());
    if (const auto raised = raise_counters(*image, 0, options.margin); !raised)
        return within(from, raised.error());
    if (const auto written = store.write(to, to_json(*image), 0600); !written)
        return written.error();
    const bool assumed = !dump->find({ExItem::addrmgr, 0});
    return fmt::format("{}: NVRAM file with {} items and {} devices{}", to, image->items.size(),
                       backup->devices.size(),
                       assumed ? "; the base had no network yet, so the usual table sizes of the "
                                 "CC2652 were taken"
                               : "");
}

}  // namespace

Result<std::string> convert(const std::string& from, const std::string& to,
                            const ConvertOptions& options) {
    RealStore store;
    const auto text = store.read(from, kMaxText);
    if (!text) return text.error();
    return looks_like_backup(*text) ? to_image(store, *text, from, to, options)
                                    : to_backup(store, *text, from, to);
}

}  // namespace zha::znp
