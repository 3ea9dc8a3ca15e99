// What: which of the two controllers acts, and which one waits.
// Why: this rule must be readable and testable without a broker; there is never a vote, only what
//      the broker says of each of the two.
// Contract: pure; `now` is this host's monotonic clock. The caller does what
//      due() says and tells it; when it could not, it asks again at the next tick.
#pragma once

#include <cstdint>
#include <optional>

#include "core/config.hpp"
#include "platform/wire/wire.hpp"

namespace zha {

class Leadership {
  public:
    enum class Role {
        away,     ///< no session with the broker
        looking,  ///< connected; the other one may be acting
        standby,  ///< waits passively
        acting,   ///< announced; the only role that decides anything
    };
    enum class Step { none, stand_by, lead };

    Leadership(const Config& config, bool spare, std::uint64_t incarnation);

    void connected(Time now);
    void disconnected();
    /// The status of the other controller, as the broker says it.
    void heard_other(const wire::ControllerStatus& status, Time now);
    /// Our own topic. Somebody else may be writing there: a second program that was started by
    /// mistake with the same part of the configuration.
    void heard_own(const wire::ControllerStatus& status, bool retained, Time now);
    /// A node obeys nobody with a lower number any more.
    void heard_obeyed(std::uint64_t incarnation);
    /// What is to be done now. The caller does it and says so with led() or stood_by().
    Step due(Time now) const;
    void led(std::uint64_t incarnation);
    void stood_by(Time now);

    Role role() const { return role_; }
    bool acting() const { return role_ == Role::acting; }
    /// Somebody else is acting under our own name: nothing may be written over his status.
    bool usurped() const { return usurped_; }
    /// The other one is there, waiting: it can keep what we tell it.
    bool spare_ready() const;
    const std::optional<wire::ControllerStatus>& other() const { return other_; }
    /// The number to lead with: above every one ever seen, and not one that the other could choose.
    std::uint64_t next_incarnation(std::uint64_t least) const;
    /// Is it one of the numbers that this one chooses from, where there are two?
    bool chooses(std::uint64_t number) const { return number % 2 == (spare_ ? 1U : 0U); }
    std::uint64_t incarnation() const { return incarnation_; }

  private:
    bool other_acts(Time now) const;
    bool outranked() const;

    bool spare_;
    bool paired_;
    Millis takeover_after_;
    Millis silence_;  ///< a status that is not said again for so long is a leftover
    std::uint64_t incarnation_;
    std::uint64_t highest_ = 0;  ///< of those that act or acted
    Role role_ = Role::away;
    bool was_acting_;  ///< goes on after a lost session, unless somebody took over
    bool usurped_ = false;
    std::optional<wire::ControllerStatus> other_;
    Time other_at_{0};      ///< when that was heard
    Time usurped_at_{0};    ///< when the other one under our name was last heard
    Time since_{0};         ///< of `looking`
    Time absent_since_{0};  ///< nobody acts; meaningful in `standby`
};

}  // namespace zha
