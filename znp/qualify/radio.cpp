// Checks that start the radio, on a network that is made for them and thrown away. Only after the
// dongle is factory-new and uses its own address.
#include <fmt/core.h>

#include <random>

#include "znp/nvram/layout.hpp"
#include "znp/qualify/checks.hpp"

namespace zha::znp::qualify {
namespace {

constexpr std::uint8_t kStartupFromApp = 0x40;
constexpr Millis kUpWithin{20000}, kLook{250}, kStateWithin{3000}, kSavedWithin{1000};
constexpr const char* kNotFormed = "no network came up";
constexpr const char* kStateUnknown = "the device state does not tell when it is up";

Bytes random_key() {
    std::random_device random;
    Bytes key(16);
    for (auto& byte : key) byte = static_cast<std::uint8_t>(random());
    return key;
}

Task<Status> start(Bench& bench) {
    const Frame request{Type::sreq, Subsystem::zdo, kStartupFromApp, {100, 0}};
    const auto answer = co_await bench.driver.ask(request, bench.deadline);
    co_return answer ? Status() : Status(answer.error());
}

/// State 9 within `most`? An interrupt ends the wait.
Task<Result<bool>> up_within(Bench& bench, Millis most) {
    for (const auto end = bench.clock.now() + most; bench.clock.now() < end;) {
        const auto state = co_await bench.state();
        if (!state) co_return state.error();
        if (*state == mt::kDeviceStateCoordinator) co_return true;
        if (bench.rules.interrupted()) break;
        co_await bench.clock.sleep_for(kLook);
    }
    co_return false;
}

struct Network {
    std::uint64_t pan = 0, epid = 0;
    Bytes key;
    bool operator==(const Network&) const = default;
};

Task<Result<Network>> network(Bench& bench) {
    const auto nib = co_await bench.get(legacy(osal::NIB));
    const auto key = co_await bench.get(legacy(osal::NWK_ACTIVE_KEY_INFO));
    if (!nib) co_return nib.error();
    if (!key) co_return key.error();
    if (!*nib || (*nib)->size() != layout::kNib || !*key)
        co_return Error{Errc::not_found, "NIB or key are not there"};
    co_return Network{layout::little(**nib, layout::kNibPan, 2),
                      layout::little(**nib, layout::kNibEpid, 8), **key};
}

Task<Result<std::uint64_t>> counter(Bench& bench, std::uint64_t epid) {
    for (std::uint16_t sub = 0; sub < 16; ++sub) {
        const ItemKey key{ExItem::nwk_sec_material_table, sub};
        const auto entry = co_await bench.get(key);
        if (!entry) co_return entry.error();
        if (!*entry || (*entry)->size() != layout::kSecMaterial) break;
        if (layout::little(**entry, layout::kSecMaterialEpid, 8) == epid)
            co_return layout::little(**entry, 0, 4);
    }
    co_return Error{Errc::not_found, "no entry of the counter table has this network"};
}

}  // namespace

Task<Verdict> forms_when_not_on_network(Bench& bench) {
    if (!bench.factory_new) co_return not_run("the dongle could not be made factory-new");
    // Away with the addresses and keys of other checks: it goes on the air as itself.
    auto done = co_await bench.factory_reset();
    if (done) done = co_await bench.put(legacy(osal::PRECFGKEY), random_key());
    if (done) done = co_await start(bench);
    if (!done) co_return not_run(done.error());
    const auto began = bench.clock.now();
    while (bench.clock.now() < began + kUpWithin && !bench.rules.interrupted()) {
        const auto flag = co_await bench.get(legacy(osal::BDBNODEISONANETWORK));
        if (!flag) co_return not_run(flag.error());
        bench.formed = *flag && **flag == Bytes{1};
        if (bench.formed) break;
        co_await bench.clock.sleep_for(kLook);
    }
    if (bench.rules.interrupted()) co_return not_run("interrupted");
    if (!bench.formed) co_return violated("no network within 20 s");
    const auto made = co_await network(bench);
    if (!made) co_return violated(made.error().message);
    co_return passed(fmt::format("a network after {:.1f} s", bench.seconds_since(began)));
}

Task<Verdict> state_tells_the_air(Bench& bench) {
    if (!bench.formed) co_return not_run(kNotFormed);
    const auto up = co_await up_within(bench, kStateWithin);
    if (!up) co_return not_run(up.error());
    if (!*up) co_return violated("its network is up and the device state is not 9");
    bench.state_seen = true;
    if (const auto done = co_await bench.reset(); !done) co_return not_run(done.error());
    const auto state = co_await bench.state();
    if (!state) co_return not_run(state.error());
    if (*state == mt::kDeviceStateCoordinator) co_return violated("still 9 after a reset");
    co_return passed(fmt::format("9 with its network up, {} after a reset", *state));
}

Task<Verdict> formed_tables(Bench& bench) {
    if (!bench.formed) co_return not_run(kNotFormed);
    const auto count = [&](ExItem table, std::uint16_t entries) -> Task<Result<bool>> {
        const ItemKey last_key{table, static_cast<std::uint16_t>(entries - 1)};
        const ItemKey behind_key{table, entries};
        const auto last = co_await bench.get(last_key);
        if (!last) co_return last.error();
        const auto behind = co_await bench.get(behind_key);
        if (!behind) co_return behind.error();
        co_return last->has_value() && !behind->has_value();
    };
    const auto tclk = co_await count(ExItem::tclk_table, 200);
    if (!tclk) co_return not_run(tclk.error());
    if (!*tclk) co_return not_run("TCLK_TABLE does not have 200 entries");
    struct Table {
        const char* name;
        ExItem item;
        std::uint16_t entries;
    };
    static constexpr Table kTables[] = {{"ADDRMGR", ExItem::addrmgr, 257},
                                        {"BINDING_TABLE", ExItem::binding_table, 1},
                                        {"DEVICE_LIST", ExItem::device_list, 51}};
    for (const auto& [name, item, entries] : kTables) {
        const auto right = co_await count(item, entries);
        if (!right) co_return not_run(right.error());
        if (!*right) co_return violated(fmt::format("{} does not have {} entries", name, entries));
    }
    co_return passed("ADDRMGR 257, BINDING 1, DEVICE_LIST 51, TCLK 200");
}

Task<Verdict> resumes_same_network(Bench& bench) {
    if (!bench.formed) co_return not_run(kNotFormed);
    if (!bench.state_seen) co_return not_run(kStateUnknown);
    const auto before = co_await network(bench);
    if (!before) co_return not_run(before.error());
    auto done = co_await bench.reset();
    if (done) done = co_await start(bench);
    if (!done) co_return not_run(done.error());
    const auto up = co_await up_within(bench, kUpWithin);
    if (!up) co_return not_run(up.error());
    if (!*up && bench.rules.interrupted()) co_return not_run("interrupted");
    if (!*up) co_return violated("does not come up again");
    const auto after = co_await network(bench);
    if (!after) co_return violated(after.error().message);
    if (*after != *before) co_return violated("came up as another network");
    bench.resumed = true;
    co_return passed("same PAN, extended PAN and key after a reset and a start");
}

Task<Verdict> start_raises_counter(Bench& bench) {
    constexpr std::uint64_t kMargin = 1250, kSaved = 1000;
    if (!bench.formed) co_return not_run(kNotFormed);
    if (!bench.resumed) co_return not_run("it does not resume its network");
    auto done = co_await bench.reset();
    if (!done) co_return not_run(done.error());
    const auto now = co_await network(bench);
    if (!now) co_return not_run(now.error());
    const auto before = co_await counter(bench, now->epid);
    if (!before) co_return not_run(before.error());
    if (done = co_await start(bench); !done) co_return not_run(done.error());
    const auto up = co_await up_within(bench, kUpWithin);
    if (!up) co_return not_run(up.error());
    if (!*up) co_return not_run("does not come up again");
    co_await bench.clock.sleep_for(kSavedWithin);
    const auto after = co_await counter(bench, now->epid);
    if (!after) co_return not_run(after.error());
    const auto text = fmt::format("{} before, {} after a reset and a start", *before, *after);
    const bool fine = *after >= *before + kMargin && *after <= *before + kMargin + kSaved;
    co_return fine ? passed(text) : violated(text);
}

}  // namespace zha::znp::qualify
