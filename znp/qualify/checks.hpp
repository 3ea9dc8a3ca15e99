// What: the assumptions of docs/hardware-qualification.md as a table, and how each is checked.
// Why: what this system believes of a dongle comes from documents; a real one has to confirm it.
// Contract: ids are stable: Qnn is row nn of the document. A check never throws and ends by the
//      bench's deadline; what it could not find out is NotRun, never Passed. Evidence holds no key
//      material and no whole IEEE address.
#pragma once

#include <span>
#include <string>

#include "znp/qualify/bench.hpp"

namespace zha::znp::qualify {

enum class Outcome { passed, violated, not_run };

struct Verdict {
    Outcome outcome = Outcome::not_run;
    std::string evidence;  ///< what was seen, or why it was not looked at
};

Verdict passed(std::string evidence);
Verdict violated(std::string evidence);
Verdict not_run(std::string reason);
/// What went wrong on the way is no evidence.
Verdict not_run(const Error& error);

/// What has to be allowed before a check may run. Each but `person` includes those before it.
enum class Needs {
    reading,  ///< changes nothing
    reset,    ///< takes the dongle off the air: --allow-reset or --destructive
    writing,  ///< --destructive
    radio,    ///< forms a network of its own for some seconds: --start-network
    restore,  ///< found out by giving back what was there
    person,   ///< not by this program: `why_not` says why
};

struct Check {
    const char* id;
    const char* what;
    Needs needs;
    Task<Verdict> (*run)(Bench&);  ///< nullptr: `person`
    const char* why_not;  ///< a person: why; else why no emulated dongle violates it, or ""
};

/// In the order in which they have to run. One id may be looked at twice, with more allowed.
std::span<const Check> checks();

// -- reading.cpp
Task<Verdict> keys_are_readable(Bench& bench);
Task<Verdict> structures_are_aligned(Bench& bench);
Task<Verdict> items_fit_a_frame(Bench& bench);
Task<Verdict> nothing_unknown(Bench& bench);
Task<Verdict> counter_is_where_it_is_sought(Bench& bench);
Task<Verdict> tables_have_known_sizes(Bench& bench);
Task<Verdict> answers_in_time(Bench& bench);
Task<Verdict> port_settings(Bench& bench);
Task<Verdict> no_stray_answers(Bench& bench);
// -- resetting.cpp
Task<Verdict> reset_is_told(Bench& bench);
Task<Verdict> silent_after_reset(Bench& bench);
Task<Verdict> reset_line_works(Bench& bench);
// -- writing.cpp
Task<Verdict> startup_option_clears(Bench& bench);
Task<Verdict> reset_keeps_frame_counter(Bench& bench);
Task<Verdict> address_is_taken_from_nv(Bench& bench);
Task<Verdict> link_keys_age(Bench& bench);
Task<Verdict> write_replaces_item(Bench& bench);
Task<Verdict> writes_stay(Bench& bench);
// -- radio.cpp
Task<Verdict> forms_when_not_on_network(Bench& bench);
Task<Verdict> state_tells_the_air(Bench& bench);
Task<Verdict> formed_tables(Bench& bench);
Task<Verdict> resumes_same_network(Bench& bench);
Task<Verdict> start_raises_counter(Bench& bench);
// -- restore.cpp
Task<Verdict> second_write_repairs(Bench& bench);
Task<Verdict> write_is_fast_enough(Bench& bench);

}  // namespace zha::znp::qualify
