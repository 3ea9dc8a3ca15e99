// Proofs over a state table by trying every state, goal and combination of facts.
#include "core/fsm/check.hpp"

#include <algorithm>
#include <array>
#include <set>

namespace zha::fsm {

namespace {

constexpr unsigned kStates = static_cast<unsigned>(NodeState::fault) + 1;
constexpr unsigned kGoals = static_cast<unsigned>(Goal::maintenance) + 1;

constexpr std::array kFacts = {
    &Facts::lease_live,      &Facts::dongle_present, &Facts::silenced,      &Facts::unreleased,
    &Facts::service_up,      &Facts::service_down,   &Facts::restarts_left, &Facts::unsurveyed,
    &Facts::snapshot_wanted, &Facts::snapshot_held,  &Facts::may_form,      &Facts::refresh_due,
    &Facts::retry_due,       &Facts::fault_cleared};
static_assert(sizeof(Facts) == kFacts.size(), "a new fact needs a line above");

Facts facts_of(unsigned bits) {
    Facts facts;
    for (std::size_t i = 0; i < kFacts.size(); ++i) facts.*kFacts[i] = (bits >> i & 1U) != 0;
    return facts;
}

std::string where(NodeState state, Goal goal) {
    return std::string(to_string(state)) + " with goal " + std::string(to_string(goal));
}

std::string name_of(const Transition& row) {
    return std::string(to_string(row.from)) + ": " + std::string(to_string(row.guard)) + " / " +
           std::string(to_string(row.action)) + " -> " + std::string(to_string(row.to));
}

bool starts_radio(Action a) {
    return a == Action::promote || a == Action::form || a == Action::recover;
}

bool works(Action a) {
    return a != Action::none && a != Action::rest;
}

class Checker {
  public:
    explicit Checker(std::span<const Transition> table) : table_(table) {}

    std::vector<std::string> run() {
        each_row();
        states_reached();
        for (unsigned s = 0; s < kStates; ++s)
            for (unsigned g = 0; g < kGoals; ++g)
                try_all(static_cast<NodeState>(s), static_cast<Goal>(g));
        for (const auto& row : table_)
            if (!used_.contains(&row)) add("no facts ever lead to the row " + name_of(row));
        return {problems_.begin(), problems_.end()};
    }

  private:
    /// Each problem once, however many facts show it.
    void add(const std::string& problem) { problems_.insert(problem); }

    void each_row() {
        for (const auto& row : table_) {
            if (works(row.action) != (row.budget != Budget::none))
                add("a step has no time limit, or a limit no step: " + name_of(row));
            if (row.comment.empty()) add("no comment on the row " + name_of(row));
            if (row.goals == 0) add("no goal on the row " + name_of(row));
            if (row.action == Action::rest && row.to != row.from)
                add("resting leads elsewhere: " + name_of(row));
            const bool fences = row.action == Action::fence || row.action == Action::drain;
            if ((row.to == NodeState::fenced && !fences) || row.on_failure == NodeState::fenced)
                add("`fenced` without a proof: " + name_of(row));
        }
    }

    void states_reached() {
        std::set<NodeState> reached{NodeState::init};
        for (std::size_t before = 0; before != reached.size();) {
            before = reached.size();
            for (const auto& row : table_)
                if (reached.contains(row.from))
                    reached.insert({row.to, works(row.action) ? row.on_failure : row.to});
        }
        for (unsigned s = 0; s < kStates; ++s)
            if (!reached.contains(static_cast<NodeState>(s)))
                add("nothing leads to " + std::string(to_string(static_cast<NodeState>(s))));
    }

    void try_all(NodeState state, Goal goal) {
        for (unsigned bits = 0; bits < 1U << kFacts.size(); ++bits) {
            const auto facts = facts_of(bits);
            const auto* row = find(table_, state, goal, facts);
            if (row == nullptr) return add("no row for " + where(state, goal));
            used_.insert(row);
            safety(state, goal, facts, *row);
            if (row->action == Action::none) ends(state, goal, facts);
        }
    }

    void safety(NodeState state, Goal goal, const Facts& facts, const Transition& row) {
        if (starts_radio(row.action) && !facts.lease_live)
            add("the radio is started without a lease: " + name_of(row));
        if (starts_radio(row.action) && !facts.dongle_present)
            add("the radio of an absent dongle is started: " + name_of(row));
        const bool radio = state == NodeState::active || state == NodeState::recovering ||
                           state == NodeState::draining || state == NodeState::promoting;
        if (radio && !facts.lease_live && !facts.silenced && row.to != NodeState::fencing)
            add("a radio without lease is not fenced: " + where(state, goal));
        if (!possibly_on_air(state) && facts.service_up && row.to != NodeState::fencing)
            add("zigbee2mqtt runs and is not fenced: " + where(state, goal));
    }

    /// Rows without a step must lead to one, or to rest: never round in a circle.
    void ends(NodeState state, Goal goal, const Facts& facts) {
        auto at = state;
        for (unsigned i = 0; i <= kStates; ++i) {
            const auto* row = find(table_, at, goal, facts);
            if (row == nullptr || row->action != Action::none) return;
            at = row->to;
        }
        add("it goes round and round: " + where(state, goal));
    }

    std::span<const Transition> table_;
    std::set<std::string> problems_;
    std::set<const Transition*> used_;
};

/// Goals of a row for people.
std::string goals_of(Goals goals) {
    if (goals == kAny) return "any";
    std::string out;
    for (unsigned g = 0; g < kGoals; ++g) {
        const auto goal = static_cast<Goal>(g);
        if ((goals & bit(goal)) == 0) continue;
        out += (out.empty() ? "" : ",") + std::string(to_string(goal));
    }
    return out;
}

std::string padded(std::string text, std::size_t width) {
    text.resize(std::max(width, text.size()), ' ');
    return text + " ";
}

}  // namespace

std::vector<std::string> check(std::span<const Transition> table) {
    return Checker(table).run();
}

std::string show() {
    std::string out;
    for (const auto& row : transitions()) {
        out += padded(std::string(to_string(row.from)), 11) + padded(goals_of(row.goals), 19) +
               padded(std::string(to_string(row.guard)), 15) +
               padded(std::string(to_string(row.action)), 12) +
               padded(std::string(to_string(row.budget)), 8) +
               padded(std::string(to_string(row.to)), 11) +
               padded(std::string(to_string(row.on_failure)), 11) + std::string(row.comment) + "\n";
    }
    return padded("from", 11) + padded("goals", 19) + padded("when", 15) + padded("do", 12) +
           padded("within", 8) + padded("then", 11) + padded("if it fails", 11) + "why\n" + out;
}

}  // namespace zha::fsm
