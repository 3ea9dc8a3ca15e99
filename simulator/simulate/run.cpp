#include "simulator/simulate/run.hpp"

#include <fmt/format.h>

#include "core/lease.hpp"
#include "simulator/simulate/faults.hpp"
#include "simulator/simulate/house.hpp"
#include "simulator/simulate/mailbox.hpp"
#include "simulator/simulate/people.hpp"

namespace zha::sim {

namespace {

constexpr Millis kReadyMost{30000};

/// Starts the faults of a plan when their time or their step has come.
class Faults {
  public:
    Faults(House& house, const Plan& plan, Outcome& outcome, const Story& story)
        : house_(house), plan_(plan), outcome_(outcome), story_(story) {}

    void begin() {
        first_step_ = house_.steps;
        for (const auto& fault : plan_.faults)
            if (fault.boundary == 0) plan_for(fault);
        house_.at_step = [this] { step(); };
    }

  private:
    void plan_for(const Fault& fault) {
        house_.time().after(fault.at, [this, fault] {
            if (over_ || !strike(house_, fault)) return;
            ++outcome_.faults;
            if (story_) story_("FAULT " + text(fault));
        });
    }
    void step() {
        const auto now = house_.steps - first_step_;
        for (const auto& fault : plan_.faults)
            if (fault.boundary == now) plan_for(fault);
    }

  public:
    void end() {
        over_ = true;
        house_.at_step = {};
    }

  private:
    House& house_;
    const Plan& plan_;
    Outcome& outcome_;
    const Story& story_;
    unsigned first_step_ = 0;
    bool over_ = false;
};

void measure(const House& house, const Plan& plan, Outcome& outcome) {
    // A pause or a maintenance is as long as its people like.
    if (plan.people.there) return;
    const auto& intervals = house.witness->intervals();
    for (std::size_t i = 1; i < intervals.size(); ++i) {
        const auto& before = intervals[i - 1];
        const auto& after = intervals[i];
        if (before.to < Micros{0}) continue;
        const auto gap = std::chrono::duration_cast<Millis>(after.from - before.to);
        const auto bound = static_cast<double>(worst_rto(plan.timing).count());
        outcome.gaps.push_back({before.host == after.host ? "same node" : "moved", gap,
                                static_cast<double>(gap.count()) / bound});
    }
}

/// One node on the air, the other ready: first orders, and orders that must be refused.
bool get_ready(House& house) {
    auto& time = house.time();
    const auto& plan = house.plan;
    const auto begun = [](const Host& h) {
        return h.is(NodeState::standby) || h.is(NodeState::catchingup);
    };
    if (!time.advance_until([&] { return begun(house.host(0)) && house.acting() != nullptr; },
                            kReadyMost))
        return false;
    time.advance(2 * plan.timing.heartbeat + Millis{500});
    const auto order = [&](const char* verb, unsigned node) {
        house.command(verb, house.host(node).self.name);
        time.advance(Millis{700});
    };
    if (plan.hasty) order("form", 1 - plan.blank);
    if (plan.hasty && !plan.fresh) order("form", plan.blank);
    const auto prepared = [&] {
        plan.fresh ? order("form", plan.blank) : order("switchover", 0);
        return time.advance_until(
            [&] {
                return house.settled() && (house.host(0).is(NodeState::standby) ||
                                           house.host(1).is(NodeState::standby));
            },
            2 * kReadyMost);
    };
    // People order again what was refused because a slow dongle was not proven silent yet.
    return prepared() || prepared();
}

}  // namespace

Outcome run(const Plan& plan, const Story& story) {
    empty_mailboxes();
    Outcome outcome;
    House house(plan);
    if (story)
        house.story = [&](const std::string& line) {
            story(fmt::format("{:9.3f}  {}",
                              static_cast<double>(house.time().elapsed().count()) / 1e6, line));
        };
    auto& time = house.time();
    auto& witness = *house.witness;
    if (!get_ready(house)) witness.violate(Checker::liveness, "the house never got ready");
    // The journal as it is now is what somebody will start a second controller from.
    (void)house.world.store.copy(house.world.config.controller.state, "/second");
    Faults faults(house, plan, outcome, story);
    const auto steps_before = house.steps;
    faults.begin();
    const auto end = time.elapsed() + plan.length;
    while (time.elapsed() < end && witness.violations().empty())
        time.advance(std::min(Millis{1000}, std::chrono::ceil<Millis>(end - time.elapsed())));
    faults.end();
    outcome.steps_under_faults = house.steps - steps_before;
    if (story) house.story("everything is mended");
    if (witness.violations().empty()) {
        house.mend();
        const auto bound = 3 * worst_rto(plan.timing);
        const auto limit = time.elapsed() + bound;
        bool done = false;
        while (!done && time.elapsed() < limit && witness.violations().empty()) {
            // After failed promotions a node waits for an operator.
            for (const auto& host : house.hosts) house.command("clear-fault", host->self.name);
            end_people(house);
            house.look_at_outlets();
            done =
                time.advance_until([&] { return house.settled() && house.powered(); }, bound / 6);
        }
        if (!done && witness.violations().empty())
            witness.violate(Checker::liveness,
                            house.settled() ? "a node is still switched off though all is mended"
                                            : "nobody is active though all is mended");
    }
    measure(house, plan, outcome);
    outcome.violations = witness.violations();
    outcome.steps = house.steps;
    outcome.simulated = std::chrono::duration_cast<Millis>(time.elapsed());
    return outcome;
}

}  // namespace zha::sim
