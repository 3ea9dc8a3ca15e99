// What: what an examination found, as text for an issue and as JSON for a program.
// Why: people with dongles tell us what we cannot find out ourselves.
// Contract: pure. Holds no key material, no network's name and only the vendor's half of an
//      address: fit to be published.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "znp/qualify/checks.hpp"

namespace zha::znp::qualify {

struct Row {
    std::string what;
    Verdict verdict;
    bool by_hand = false;
};

struct Report {
    DeviceIdentity device;
    std::string mode;
    std::map<std::string, Row> rows;  ///< by id
    std::vector<std::string> notes;   ///< what else the reader has to know
    bool on_the_air = false;          ///< as it was found
    bool writing = false;             ///< something was written
    bool restored = true;

    /// A second look at one assumption counts when it found out more, or worse.
    void add(const Check& check, Verdict verdict);
    std::size_t count(Outcome outcome) const;
};

std::string to_text(const Report& report);
std::string to_json(const Report& report);
/// All checks, for who wants to know before: id, what, needs, and why not.
std::string list_json();
std::string list_text();

}  // namespace zha::znp::qualify
