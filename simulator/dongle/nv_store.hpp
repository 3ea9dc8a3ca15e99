// What: the NV memory of the emulated dongle with the two command sets that MT offers on it.
// Why: a restore must meet the same statuses, limits and traps as on the CC2652's firmware.
// Contract: one thread. One update is atomic; a set of updates is not: a power cut after the k-th
//      write keeps exactly k of them. While the power is cut nothing is written.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <utility>

#include "simulator/air/air.hpp"
#include "simulator/dongle/quirks.hpp"

namespace zha::sim {

/// Z status of the OSAL set.
namespace osal {
inline constexpr std::uint8_t kSuccess = 0x00;
inline constexpr std::uint8_t kFailure = 0x01;
inline constexpr std::uint8_t kInvalid = 0x02;
inline constexpr std::uint8_t kUninit = 0x09;
inline constexpr std::uint8_t kFailed = 0x0A;
inline constexpr std::uint8_t kBadLength = 0x0C;
}  // namespace osal

/// NVINTF status of the SYS_NV set.
namespace nvintf {
inline constexpr std::uint8_t kSuccess = 0;
inline constexpr std::uint8_t kFailure = 1;
inline constexpr std::uint8_t kBadParameter = 4;
inline constexpr std::uint8_t kBadLength = 5;
inline constexpr std::uint8_t kBadOffset = 6;
inline constexpr std::uint8_t kBadItem = 7;
inline constexpr std::uint8_t kBadSub = 8;
inline constexpr std::uint8_t kBadSystem = 9;
inline constexpr std::uint8_t kNotFound = 10;
inline constexpr std::uint8_t kExists = 13;
}  // namespace nvintf

struct NvKey {
    std::uint8_t system = 1;
    std::uint16_t item = 0;
    std::uint16_t sub = 0;
};

struct NvRead {
    std::uint8_t status = 0;
    Bytes data;
};

class NvStore {
  public:
    using Address = std::pair<std::uint16_t, std::uint16_t>;  ///< item, sub
    using Contents = std::map<Address, Bytes>;

    // -- as the firmware itself uses it
    const Bytes* find(std::uint16_t item, std::uint16_t sub) const;
    const Bytes* find(std::uint16_t legacy_id) const { return find(0, legacy_id); }
    /// Writes only differences, as the stack does for its own items. False: the power is cut.
    bool put(std::uint16_t item, std::uint16_t sub, Bytes value);
    bool put(std::uint16_t legacy_id, Bytes value) { return put(0, legacy_id, std::move(value)); }
    bool erase(std::uint16_t item, std::uint16_t sub);
    const Contents& contents() const { return contents_; }
    /// Replaces everything, as a file read at the start does.
    void load(Contents contents) { contents_ = std::move(contents); }

    // -- OSAL set (ids are sub ids of item 0)
    std::uint8_t osal_init(std::uint16_t id, std::uint16_t length, Bytes initial);
    NvRead osal_read(std::uint16_t id, std::uint16_t offset) const;
    std::uint8_t osal_write(std::uint16_t id, std::uint16_t offset, Bytes data);
    std::uint8_t osal_delete(std::uint16_t id, std::uint16_t length);
    std::uint16_t osal_length(std::uint16_t id) const;

    // -- SYS_NV set
    std::uint8_t create(NvKey key, std::uint32_t length);
    std::uint8_t remove(NvKey key);
    std::uint32_t length(NvKey key) const;
    NvRead read(NvKey key, std::uint16_t offset, std::uint8_t length) const;
    std::uint8_t write(NvKey key, std::uint16_t offset, Bytes data);

    // -- faults and hooks
    /// Called after every change.
    std::function<void()> on_change;
    /// The power goes when `writes` more writes are done; `cut` is called right then.
    void cut_power_after(std::uint64_t writes, std::function<void()> cut);
    void power_restored() { powered_ = true; }
    /// The next `count` writes of a host fail with "operation failed", as worn flash does.
    void fail_writes(std::uint64_t count) { failing_ = count; }
    std::uint64_t writes() const { return writes_; }
    /// Keys and certificates answer "invalid" to OSAL reads, as in builds without key management.
    void protect_keys(bool on) { keys_protected_ = on; }

    /// Reading this item fails from now on, as it does in damaged flash; nothing: no more.
    void fail_read(std::optional<Address> item) { unreadable_ = item; }
    /// In what this dongle is not as it is assumed to be; the firmware asks, too.
    Quirks& quirks() { return quirks_; }
    /// All pages are empty, also of what the firmware keeps for itself, until it boots.
    void erase_all();

  private:
    bool readable(std::uint16_t id) const;
    std::optional<Bytes> shown(std::uint16_t item, std::uint16_t sub) const;
    bool store(std::uint16_t item, std::uint16_t sub, Bytes value);
    bool spend_write();
    bool fails();
    Contents contents_;
    std::uint64_t writes_ = 0;
    std::uint64_t failing_ = 0;
    std::optional<std::uint64_t> writes_left_;
    std::optional<Address> unreadable_;
    std::function<void()> cut_;
    Quirks quirks_;
    bool powered_ = true;
    bool keys_protected_ = false;
};

}  // namespace zha::sim
