// Checks that change nothing.
#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <vector>

#include "znp/nvram/layout.hpp"
#include "znp/nvram/osal_names.hpp"
#include "znp/nvram/tables.hpp"
#include "znp/qualify/checks.hpp"

namespace zha::znp::qualify {
namespace {

Verdict unread(const Bench& bench) {
    return not_run("the NVRAM could not be read: " + bench.no_image->message);
}

bool has_name(std::uint16_t id) {
    return !osal_key(id).empty() || osal_range_of(id) != nullptr;
}

/// The median, so that one slow moment of the host does not count.
double middle(std::vector<double> times) {
    std::nth_element(times.begin(), times.begin() + std::ssize(times) / 2, times.end());
    return times[times.size() / 2];
}

}  // namespace

Task<Verdict> keys_are_readable(Bench& bench) {
    unsigned seen = 0;
    static constexpr std::array kKeys{osal::NWK_ACTIVE_KEY_INFO, osal::NWK_ALTERN_KEY_INFO,
                                      osal::PRECFGKEY};
    for (const auto id : kKeys) {
        auto answer = co_await bench.driver.ask(mt::nv_length(legacy(id)), bench.deadline);
        if (!answer) co_return not_run(answer.error());
        const auto length = mt::parse_length(*answer);
        if (!length) co_return not_run(length.error());
        if (*length == 0) continue;
        answer = co_await bench.driver.ask(mt::osal_read_ext(id, 0), bench.deadline);
        if (!answer) co_return not_run(answer.error());
        const auto value = mt::parse_value(*answer);
        if (!value) co_return not_run(value.error());
        bench.keys_hidden = value->status != mt::status::SUCCESS;
        if (bench.keys_hidden)
            co_return violated(fmt::format("item 0x{:02x} is there but answers status 0x{:02x}", id,
                                           value->status));
        ++seen;
    }
    if (seen == 0) co_return not_run("the dongle holds no key item");
    co_return passed(fmt::format("{} of 3 key items are there and can be read", seen));
}

Task<Verdict> structures_are_aligned(Bench& bench) {
    if (!bench.image) co_return unread(bench);
    struct Size {
        const char* name;
        ItemKey key;
        std::size_t size;
    };
    const std::array sizes{
        Size{"NIB", legacy(osal::NIB), layout::kNib},
        Size{"NWKKEY", legacy(osal::NWKKEY), layout::kNwkKey},
        Size{"NWK_ACTIVE_KEY_INFO", legacy(osal::NWK_ACTIVE_KEY_INFO), layout::kKeyInfo},
        Size{"ADDRMGR", {ExItem::addrmgr, 0}, layout::kAddrmgr},
        Size{"TCLK_TABLE", {ExItem::tclk_table, 0}, layout::kTclk},
        Size{"APS_KEY_DATA_TABLE", {ExItem::aps_key_data_table, 0}, layout::kApsKey},
        Size{"NWK_SEC_MATERIAL_TABLE", {ExItem::nwk_sec_material_table, 0}, layout::kSecMaterial}};
    std::string good, bad;
    for (const auto& [name, key, size] : sizes) {
        const auto* value = bench.image->find(key);
        if (!value) continue;
        auto& list = value->size() == size ? good : bad;
        list += fmt::format("{}{} {}", list.empty() ? "" : ", ", name, value->size());
    }
    if (!bad.empty()) co_return violated("bytes: " + bad);
    if (good.empty()) co_return not_run("none of the structures is there");
    co_return passed("bytes: " + good);
}

Task<Verdict> items_fit_a_frame(Bench& bench) {
    if (!bench.image) co_return unread(bench);
    std::size_t longest = 0;
    ItemKey where;
    for (const auto& [key, value] : bench.image->items)
        if (value.size() > longest) longest = value.size(), where = key;
    const auto text = fmt::format("longest: {} with {} bytes", mt::describe(where), longest);
    co_return longest > mt::kMaxItem ? violated(text) : passed(text);
}

Task<Verdict> nothing_unknown(Bench& bench) {
    constexpr std::uint16_t kFirstTable = 8, kLastTable = 40, kFlashMarks[] = {0x00FE, 0x00FF};
    std::string found;
    const auto ask = [&](ItemKey key) -> Task<Status> {
        const auto answer = co_await bench.driver.ask(mt::nv_length(key), bench.deadline);
        if (!answer) co_return answer.error();
        const auto length = mt::parse_length(*answer);
        if (!length) co_return length.error();
        if (*length > 0)
            found += fmt::format("{}{} ({} bytes)", found.empty() ? "" : ", ", mt::describe(key),
                                 *length);
        co_return Status();
    };
    for (auto item = kFirstTable; item <= kLastTable; ++item) {
        const ItemKey first{static_cast<ExItem>(item), 0};
        if (const auto done = co_await ask(first); !done) co_return not_run(done.error());
    }
    for (std::uint16_t id = 0; id <= mt::kMaxSub; ++id) {
        if (has_name(id) || std::ranges::find(kFlashMarks, id) != std::end(kFlashMarks)) continue;
        if (bench.rules.interrupted()) co_return not_run("interrupted");
        if (const auto done = co_await ask(legacy(id)); !done) co_return not_run(done.error());
    }
    if (!found.empty()) co_return violated("holds what no copy would have: " + found);
    co_return passed(
        fmt::format("nothing in tables {} to {} nor in unnamed items", kFirstTable, kLastTable));
}

Task<Verdict> counter_is_where_it_is_sought(Bench& bench) {
    if (!bench.image) co_return unread(bench);
    const auto* nib = layout::sized(*bench.image, legacy(osal::NIB), layout::kNib);
    const auto* key = layout::sized(*bench.image, legacy(osal::NWKKEY), layout::kNwkKey);
    if (!nib || !key) co_return not_run("the dongle has no network");
    const auto epid = layout::little(*nib, layout::kNibEpid, 8);
    const auto copy = layout::little(*key, layout::kNwkKeyCounter, 4);
    const auto entries = layout::count(*bench.image, ExItem::nwk_sec_material_table);
    for (std::uint16_t sub = 0; sub < entries; ++sub) {
        const auto* entry = layout::sized(*bench.image, {ExItem::nwk_sec_material_table, sub},
                                          layout::kSecMaterial);
        if (!entry || layout::little(*entry, layout::kSecMaterialEpid, 8) != epid) continue;
        const auto counter = layout::little(*entry, 0, 4);
        if (counter == copy)
            co_return passed(
                fmt::format("entry {} of {}, and the copy in NWKKEY "
                            "is the same",
                            sub, entries));
        co_return violated(fmt::format("entry {} says {}, NWKKEY says {}", sub, counter, copy));
    }
    co_return violated(fmt::format("none of {} entries has the extended PAN id of NIB", entries));
}

Task<Verdict> tables_have_known_sizes(Bench& bench) {
    if (!bench.image) co_return unread(bench);
    const auto count = [&](ExItem table) { return layout::count(*bench.image, table); };
    if (!bench.image->legacy(osal::NIB) || count(ExItem::tclk_table) != 200)
        co_return not_run("no network, or not 200 TCLK entries");
    const auto text =
        fmt::format("ADDRMGR {}, BINDING {}, DEVICE_LIST {}, TCLK 200", count(ExItem::addrmgr),
                    count(ExItem::binding_table), count(ExItem::device_list));
    const bool known = count(ExItem::addrmgr) == 257 && count(ExItem::binding_table) == 1 &&
                       count(ExItem::device_list) == 51;
    co_return known ? passed(text) : violated(text);
}

Task<Verdict> answers_in_time(Bench& bench) {
    constexpr int kRounds = 15;
    constexpr double kMost = 0.06;  // so that 660 requests take less than 40 s
    std::vector<double> times;
    for (int round = 0; round < kRounds; ++round) {
        const auto began = bench.clock.now();
        const auto answer = co_await bench.driver.ask(mt::version(), bench.deadline);
        if (!answer) co_return not_run(answer.error());
        times.push_back(bench.seconds_since(began));
    }
    const auto text = fmt::format("{:.1f} ms for a request", middle(times) * 1000);
    co_return middle(times) > kMost ? violated(text) : passed(text);
}

Task<Verdict> port_settings(Bench& bench) {
    if (!bench.rules.serial) co_return not_run("no serial port");
    co_return passed("it answers at 115200 8N1 without flow control");
}

Task<Verdict> no_stray_answers(Bench& bench) {
    const auto strays = bench.driver.strays();
    const auto text = fmt::format("{} answers that nobody had asked for, among {} requests", strays,
                                  bench.driver.traffic().requests);
    co_return strays > 0 ? violated(text) : passed(text);
}

}  // namespace zha::znp::qualify
