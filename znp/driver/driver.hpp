// What: what one does with a ZNP dongle: connect, reset, identify, read and write its whole NVRAM.
// Why: a standby is made the same coordinator by it; a half copy must never be able to start.
// Contract: never starts the radio. Every call ends by its deadline (the last exchange included).
//      Reads and whole-item writes are repeated once after a lost answer; they are idempotent. A
//      write that ends early leaves the dongle poisoned (a boot makes it factory-new) or not
//      configured, never startable with half an identity. No error text holds a value.
#pragma once

#include <functional>
#include <memory>
#include <set>

#include "znp/driver/channel.hpp"
#include "znp/mt/commands.hpp"
#include "znp/nvram/guard.hpp"
#include "znp/nvram/image.hpp"

namespace zha::znp {

/// How far an operation is, in requests. `expected` is an estimate and may grow.
struct Progress {
    std::uint64_t done = 0, expected = 0;
};

struct DriverOptions {
    Millis request_timeout{6000};
    Millis ping_timeout{250};
    Millis bootloader_wait{1000};  ///< after the byte that ends a serial bootloader
    Millis line_pulse{150};        ///< how long the reset line is held
    Millis reset_timeout{10000};   ///< until SYS_RESET_IND
    bool may_reset = true;         ///< to wake a dongle that does not answer connect()
};

struct DriverHooks {
    std::function<void(Progress)> progress{};  ///< called after each request
    /// Given the whole content before a write_all() changes it; an error prevents that.
    std::function<Status(const Image&)> keep_backup{};
};

struct DeviceIdentity {
    mt::Version version;
    mt::DeviceInfo info;
    std::uint64_t ieee = 0;  ///< effective: what the stack uses on the air
};

struct WriteSummary {
    unsigned items_written = 0;
    unsigned items_verified = 0;
    std::uint32_t frame_counter = 0;  ///< as read after the reset
    /// What the dongle held before, wholly read. None when only differences to a mirror were
    /// written.
    std::optional<Image> before{};
};

class Driver {
  public:
    Driver(std::unique_ptr<Transport> transport, asio::any_io_executor executor, Clock& clock,
           DriverOptions options = {});

    /// Finds out whether a ZNP dongle listens, wakes it if needed (this may reset it).
    Task<Status> connect(Time deadline);
    /// A soft reset; the reset line of a serial port when `by_line`.
    Task<Status> reset(Time deadline, bool by_line = false);
    /// Keeps the chip in reset by its line (RTS on, DTR off): silent whatever its firmware and its
    /// hosts want, also after close(), until somebody opens the port. Proves it: the line restarts
    /// the dongle, and held it does not answer. Errc::refused when the line does nothing (TCP).
    /// reset(by_line) lets it go.
    Task<Status> hold_in_reset(Time deadline);
    /// The last resort: the same without any proof, for a dongle that does not answer anyway. Off
    /// the air only when the lines are wired as on dongles with an auto-bootloader.
    Status pull_reset_line() { return channel_.set_lines(false, true); }
    Status let_go_reset_line() { return channel_.set_lines(false, false); }
    Task<Result<DeviceIdentity>> identify(Time deadline);
    /// Which coordinators and routers answer an active scan of this channel (11 to 26). The dongle
    /// is in no network before and after it: a reset and its state prove that. Errc::refused when
    /// it is on the air or does not scan. No answer proves nothing.
    Task<Result<std::vector<mt::Beacon>>> listen(std::uint8_t channel, Time deadline);
    Task<Result<Image>> read_all(Time deadline);
    /// What newer firmware keeps and the file format has no place for: groups, and its own marks.
    Task<Result<Image>> read_extra(Time deadline);
    /// All that `former` holds, and the ends of its tables, read again: no lengths are asked
    /// for. Reads all when the dongle has another identity or other tables than `former`.
    Task<Result<Image>> read_known(Image former, Time deadline);
    /// Only what a running network changes: NIB, keys, counters, used entries of tables, and
    /// the first free entry of each. Entries are taken from the lowest free one on, so what
    /// else has changed shows there, and is then read as by read_known(). Not seen: an entry
    /// behind a free one that was taken and freed again since `since`. `since` must be of this
    /// firmware.
    Task<Result<Image>> read_incremental(Image since, Time deadline);
    /// Resets, writes what differs from `image` in the safe order, proves it, resets again. What
    /// `rules` refuse is refused before anything is changed.
    Task<Result<WriteSummary>> write_all(Image image, Time deadline, WriteRules rules = {});
    /// The same for a dongle known to hold `mirrored`: only what differs between the two is
    /// written and read back, in the same order. The dongle must prove that it holds `mirrored`
    /// by its markers, NIB, key and counters; when it does not, this is write_all().
    Task<Result<WriteSummary>> write_delta(Image image, Image mirrored, Time deadline,
                                           WriteRules rules = {});
    /// Deletes all items but those the firmware keeps for itself; the dongle is factory-new
    /// then.
    Task<Status> reset_all(Time deadline);
    void set_hooks(DriverHooks hooks) { hooks_ = std::move(hooks); }
    void close() { channel_.close(); }
    /// Why the connection ended; ok while it lives.
    Status alive() const { return channel_.alive(); }
    /// For checks of the firmware itself: one request as it is, repeated once when it is lost.
    Task<Result<Frame>> ask(Frame request, Time deadline) {
        return call(std::move(request), deadline);
    }
    /// Answers that nobody had asked for.
    std::uint64_t strays() const { return channel_.strays(); }
    const Traffic& traffic() const { return channel_.traffic(); }

  private:
    struct Plan;
    Task<Result<Frame>> call(Frame request, Time deadline);
    Task<Status> ping(Time deadline);
    Task<Result<std::vector<mt::Beacon>>> scan(std::uint8_t channel, Time deadline);
    /// Refuses a series of answers when one of them came that nobody had asked for since `strays`.
    Task<Status> in_step_since(std::uint64_t strays, Time deadline);
    Task<Result<Image>> read_once(Time deadline);
    Task<Status> quiet_reset(Time deadline);
    Task<Result<std::optional<Bytes>>> read_legacy(std::uint16_t id, Time deadline);
    Task<Result<std::optional<Bytes>>> read_item(ItemKey key, std::size_t length, Time deadline);
    Task<Status> read_table(ExItem item, Image& into, Time deadline);
    Task<Status> why_no_key(bool absent_is_fine, Time deadline);
    Task<Status> check_target(WriteRules rules, Time deadline);
    Task<Result<bool>> read_again(ItemKey key, const Image& former, Image& into, Time deadline);
    Task<Result<bool>> same_network(const Image& former, Image& into, Time deadline);
    Task<Result<bool>> read_changing(const Image& since, Image& into, Time deadline);
    Task<Result<bool>> holds_mirror(const Image& mirrored, Time deadline);
    Task<Result<mt::DeviceInfo>> device_info(Time deadline);
    Task<Status> poison_mirror(Time deadline);
    Task<Status> commit_delta(const Image& mirrored, const Image& image, WriteSummary& summary,
                              Time deadline);
    Task<Status> confirm_delta(const Image& image, WriteSummary& summary, Time deadline);
    void expect_requests(std::uint64_t more);
    Task<Status> write_item(ItemKey key, Bytes value, Time deadline);
    Task<Status> delete_item(ItemKey key, Time deadline);
    Task<Status> verify_item(ItemKey key, const Bytes* value, Time deadline);
    Task<Status> poison(const Image& current, Time deadline);
    Task<Status> transfer(const Plan& plan, const Image& image, WriteSummary& summary,
                          Time deadline);
    Task<Status> undisturbed(std::uint64_t strays, Time deadline);
    Task<Status> commit(const Image& image, WriteSummary& summary, Time deadline);
    Task<Status> confirm(const Image& image, WriteSummary& summary, Time deadline);

    Clock& clock_;
    DriverOptions options_;
    DriverHooks hooks_;
    Channel channel_;
    std::uint64_t expected_ = 0;
};

}  // namespace zha::znp
