#include <array>

#include "znp/qualify/checks.hpp"

namespace zha::znp::qualify {

Verdict passed(std::string evidence) {
    return {Outcome::passed, std::move(evidence)};
}

Verdict violated(std::string evidence) {
    return {Outcome::violated, std::move(evidence)};
}

Verdict not_run(std::string reason) {
    return {Outcome::not_run, std::move(reason)};
}

Verdict not_run(const Error& error) {
    return {Outcome::not_run, "could not be found out: " + error.message};
}

namespace {

constexpr const char* kThirdRadio = "needs a third radio that listens";
constexpr const char* kDevices = "needs devices on the air";
constexpr const char* kTwo = "needs a second dongle";
constexpr const char* kChance = "only by chance: note it if it happens";
constexpr const char* kHands = "needs somebody at the plug";
constexpr const char* kTables = "sizes of the tables of a network";
constexpr const char* kDays = "shows over days of service";

constexpr Check by_person(const char* id, const char* what, const char* why) {
    return {id, what, Needs::person, nullptr, why};
}

constexpr Check kChecks[] = {
    {"Q08", "a reset is answered within seconds", Needs::reset, reset_is_told, ""},
    {"Q01", "the radio stays off after a reset", Needs::reset, silent_after_reset, ""},
    {"Q43", "the port is 115200 8N1 without flow control", Needs::reading, port_settings,
     "a pseudo-terminal has no speed; a dongle of another one does not answer at all"},
    {"Q38", "a request takes 6 to 20 ms", Needs::reading, answers_in_time, ""},
    {"Q17", "keys can be read", Needs::reading, keys_are_readable, ""},
    {"Q16", "structures have natural alignment", Needs::reading, structures_are_aligned, ""},
    {"Q23", "every item fits one frame", Needs::reading, items_fit_a_frame, ""},
    {"Q24", "nothing is kept outside the known items", Needs::reading, nothing_unknown, ""},
    {"Q29", "the frame counter is where it is sought", Needs::reading,
     counter_is_where_it_is_sought, ""},
    {"Q45", kTables, Needs::reading, tables_have_known_sizes, ""},
    {"Q06", "RTS alone holds the chip in reset", Needs::reset, reset_line_works, ""},
    {"Q20", "STARTUP_OPTION = 3 makes the next boot factory-new", Needs::writing,
     startup_option_clears, ""},
    {"Q33", "a factory reset keeps the frame counter", Needs::writing, reset_keeps_frame_counter,
     ""},
    {"Q11", "EXTADDR in NV overrides the chip's address", Needs::writing, address_is_taken_from_nv,
     ""},
    {"Q32", "counters of link keys grow by 11 at a boot", Needs::writing, link_keys_age, ""},
    {"Q22", "a write replaces, creates and resizes an item", Needs::writing, write_replaces_item,
     ""},
    {"Q27", "what is written stays while it is not started", Needs::writing, writes_stay, ""},
    {"Q14", "not on a network, a start forms one", Needs::radio, forms_when_not_on_network, ""},
    {"Q03", "device state 9 means on the air", Needs::radio, state_tells_the_air, ""},
    {"Q45", kTables, Needs::radio, formed_tables, ""},
    {"Q13", "on a network, a start resumes it", Needs::radio, resumes_same_network, ""},
    {"Q28", "a start adds 1250 to the frame counter", Needs::radio, start_raises_counter, ""},
    {"Q21", "a write repairs what was interrupted", Needs::restore, second_write_repairs, ""},
    {"Q39", "a complete write takes less than 60 s", Needs::restore, write_is_fast_enough,
     "it would take more than a minute"},
    {"Q40", "no answer comes late or twice", Needs::reading, no_stray_answers, ""},

    by_person("Q02", "the radio is off after power-up", kHands),
    by_person("Q04", "stopping zigbee2mqtt leaves it on the air", "needs zigbee2mqtt"),
    by_person("Q05", "opening and closing the port resets nothing", kThirdRadio),
    by_person("Q07", "DTR alone at a reset starts the bootloader",
              "would leave the dongle in its bootloader if it is true"),
    by_person("Q09", "a port that vanishes means no power", kHands),
    by_person("Q10", "a hung firmware can be reset by the line", kChance),
    by_person("Q12", "NVRAM holds no calibration of one chip", kTwo),
    by_person("Q15", "equal revisions have equal table sizes", kTwo),
    by_person("Q18", "a missing table entry makes it form a network",
              "would put a wrong network on the air if it is true"),
    by_person("Q19", "a bad page of flash erases all NV at boot", kChance),
    by_person("Q25", "writing an equal value costs flash", "wear cannot be read over this port"),
    by_person("Q26", "status 0x0A means worn or full flash", kChance),
    by_person("Q30", "less than one frame a second over a day", kDays),
    by_person("Q31", "devices accept any jump upwards", kDevices),
    by_person("Q34", "two coordinators of one address are damage", "not on a network one needs"),
    by_person("Q35", "sleeping devices and children go on", kDevices),
    by_person("Q36", "a dropped replay is acknowledged", kDevices),
    by_person("Q37", "Green Power devices go on", kDevices),
    by_person("Q46", "a fenced dongle scans and stays silent",
              "needs a second coordinator in range"),
    by_person("Q41", "a dongle stops answering now and then", kDays),
    by_person("Q42", "clocks of hosts differ by less than 1 %", "is about hosts, not dongles"),
    by_person("Q44", "RTS alone holds it after the port is closed", kThirdRadio),
};

}  // namespace

std::span<const Check> checks() {
    return kChecks;
}

}  // namespace zha::znp::qualify
