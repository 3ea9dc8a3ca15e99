#include "simulator/dongle/nv_store.hpp"

#include <algorithm>

#include "simulator/dongle/nv_ids.hpp"

namespace zha::sim {
namespace {

constexpr std::uint16_t kMaxId = 1023;      // the item header has 10 bits for item and sub id
constexpr std::size_t kMaxLength = 4095;    // and 12 for the length
constexpr std::size_t kMaxReadBytes = 247;  // of one answer
constexpr std::uint8_t kZstackSystem = 1;

std::uint8_t check(const NvKey& key) {
    if (key.system != kZstackSystem) return nvintf::kBadSystem;
    if (key.item > kMaxId) return nvintf::kBadItem;
    return key.sub > kMaxId ? nvintf::kBadSub : nvintf::kSuccess;
}

}  // namespace

const Bytes* NvStore::find(std::uint16_t item, std::uint16_t sub) const {
    auto found = contents_.find({item, sub});
    return found == contents_.end() ? nullptr : &found->second;
}

bool NvStore::put(std::uint16_t item, std::uint16_t sub, Bytes value) {
    const Bytes* now = find(item, sub);
    if (now != nullptr && *now == value) return powered_;
    return store(item, sub, std::move(value));
}

bool NvStore::erase(std::uint16_t item, std::uint16_t sub) {
    if (find(item, sub) == nullptr) return powered_;
    if (!powered_) return false;
    contents_.erase({item, sub});
    return spend_write();
}

bool NvStore::store(std::uint16_t item, std::uint16_t sub, Bytes value) {
    if (!powered_) return false;
    contents_[{item, sub}] = std::move(value);
    return spend_write();
}

bool NvStore::spend_write() {
    ++writes_;
    if (on_change) on_change();
    if (!writes_left_ || --*writes_left_ > 0) return true;
    writes_left_.reset();
    powered_ = false;
    if (auto cut = std::exchange(cut_, nullptr)) cut();
    return true;  // this write was done; everything after it is not
}

bool NvStore::fails() {
    if (failing_ == 0) return false;
    --failing_;
    return true;
}

void NvStore::erase_all() {
    contents_.clear();
    if (on_change) on_change();
}

void NvStore::cut_power_after(std::uint64_t writes, std::function<void()> cut) {
    writes_left_ = std::max<std::uint64_t>(writes, 1);
    cut_ = std::move(cut);
}

bool NvStore::readable(std::uint16_t id) const {
    if (id >= 0x69 && id <= 0x6B) return false;  // certificate, private key, CA key
    return !(keys_protected_ || quirks_("Q17")) ||
           (id != nv::kActiveKey && id != nv::kAlternKey && id != nv::kPrecfgKey);
}

/// An item as a host sees it.
std::optional<Bytes> NvStore::shown(std::uint16_t item, std::uint16_t sub) const {
    constexpr std::uint16_t kUserDescriptor = 0x0081, kUnknownTable = 12, kFewEntries = 100;
    constexpr std::size_t kPackedKey = 21, kLong = 300;
    if (item == kUnknownTable && sub < 2 && quirks_("Q24")) return Bytes(4, 1);
    if (item == nv::kAddrMgr && sub >= kFewEntries && quirks_("Q45")) return std::nullopt;
    const Bytes* found = find(item, sub);
    if (found == nullptr) return std::nullopt;
    Bytes value = *found;
    if (item == nv::kLegacy && sub == nv::kNwkKey && quirks_("Q16")) value.resize(kPackedKey);
    if (item == nv::kLegacy && sub == kUserDescriptor && quirks_("Q23")) value.resize(kLong);
    if (item == nv::kNwkSecMaterial && value.size() == 12 && quirks_("Q29"))
        std::fill(value.begin() + 4, value.end(), std::uint8_t{0x11});
    return value;
}

std::uint8_t NvStore::osal_init(std::uint16_t id, std::uint16_t length, Bytes initial) {
    if (id == nv::kPollRateOld16) return osal::kSuccess;
    if (id > kMaxId) return osal::kUninit;
    if (const Bytes* item = find(id)) {
        return item->size() == length ? osal::kSuccess : osal::kUninit;
    }
    // A short initial value is answered like a created item, yet nothing is created.
    if (initial.size() < length || length == 0) return osal::kUninit;
    if (length > kMaxLength || fails()) return osal::kFailed;
    initial.resize(length);
    store(nv::kLegacy, id, std::move(initial));
    return osal::kUninit;
}

NvRead NvStore::osal_read(std::uint16_t id, std::uint16_t offset) const {
    if (id == nv::kPollRateOld16) {
        const Bytes* rate = find(nv::kPollRate);
        if (rate == nullptr || rate->size() < 2) return {osal::kFailure, {}};
        return {osal::kSuccess, {rate->begin(), rate->begin() + 2}};
    }
    const auto item = shown(nv::kLegacy, id);
    if (unreadable_ == Address(nv::kLegacy, id)) return {osal::kFailed, {}};
    if (!item || offset >= item->size() || !readable(id)) return {osal::kInvalid, {}};
    const std::size_t count = std::min(item->size() - offset, kMaxReadBytes);
    const auto begin = item->begin() + offset;
    return {osal::kSuccess, {begin, begin + static_cast<std::ptrdiff_t>(count)}};
}

std::uint8_t NvStore::osal_write(std::uint16_t id, std::uint16_t offset, Bytes data) {
    if (id == nv::kPollRateOld16) {
        // The proxy writes through with its own length and so truncates the real item.
        data.resize(2);
        return store(nv::kLegacy, nv::kPollRate, std::move(data)) ? osal::kSuccess : osal::kFailed;
    }
    const Bytes* item = find(id);
    if (item == nullptr || offset + data.size() > item->size() || data.empty()) {
        return osal::kInvalid;
    }
    if (fails()) return osal::kFailed;
    // The update replaces the whole item and ignores the offset: a later chunk truncates it.
    return store(nv::kLegacy, id, std::move(data)) ? osal::kSuccess : osal::kFailed;
}

std::uint8_t NvStore::osal_delete(std::uint16_t id, std::uint16_t length) {
    if (id == nv::kPollRateOld16) return osal::kSuccess;
    const Bytes* item = find(id);
    if (item == nullptr) return osal::kUninit;
    if (item->size() != length) return osal::kBadLength;
    if (fails()) return osal::kFailed;
    return erase(nv::kLegacy, id) ? osal::kSuccess : osal::kFailed;
}

std::uint16_t NvStore::osal_length(std::uint16_t id) const {
    if (id == nv::kPollRateOld16) return 0;
    const auto item = shown(nv::kLegacy, id);
    return !item ? std::uint16_t{0} : static_cast<std::uint16_t>(item->size());
}

std::uint8_t NvStore::create(NvKey key, std::uint32_t length) {
    if (const std::uint8_t bad = check(key)) return bad;
    if (length == 0 || length > kMaxLength) return nvintf::kBadLength;
    if (find(key.item, key.sub) != nullptr) return nvintf::kExists;
    if (fails()) return nvintf::kFailure;
    return store(key.item, key.sub, Bytes(length)) ? nvintf::kSuccess : nvintf::kFailure;
}

std::uint8_t NvStore::remove(NvKey key) {
    if (const std::uint8_t bad = check(key)) return bad;
    if (find(key.item, key.sub) == nullptr) return nvintf::kNotFound;
    if (fails()) return nvintf::kFailure;
    return erase(key.item, key.sub) ? nvintf::kSuccess : nvintf::kFailure;
}

std::uint32_t NvStore::length(NvKey key) const {
    const auto item = check(key) == nvintf::kSuccess ? shown(key.item, key.sub) : std::nullopt;
    return !item ? 0 : static_cast<std::uint32_t>(item->size());
}

NvRead NvStore::read(NvKey key, std::uint16_t offset, std::uint8_t count) const {
    if (const std::uint8_t bad = check(key)) return {bad, {}};
    const auto item = shown(key.item, key.sub);
    if (unreadable_ == Address(key.item, key.sub)) return {nvintf::kFailure, {}};
    if (!item) return {nvintf::kNotFound, {}};
    if (key.item == nv::kLegacy && !readable(key.sub)) return {osal::kInvalid, {}};
    if (offset >= item->size()) return {nvintf::kBadOffset, {}};
    if (offset + std::size_t{count} > item->size() || count > kMaxReadBytes) {
        return {nvintf::kBadLength, {}};
    }
    const auto begin = item->begin() + offset;
    return {nvintf::kSuccess, {begin, begin + count}};
}

std::uint8_t NvStore::write(NvKey key, std::uint16_t offset, Bytes data) {
    if (const std::uint8_t bad = check(key)) return bad;
    if (offset != 0) return nvintf::kBadParameter;
    if (data.empty()) return nvintf::kBadLength;
    if (fails() || (key.item == nv::kAddrMgr && quirks_("Q21"))) return nvintf::kFailure;
    if (const Bytes* now = find(key.item, key.sub);
        now && quirks_("Q22") && now->size() > data.size())
        data.insert(data.end(), now->begin() + std::ssize(data), now->end());
    return store(key.item, key.sub, std::move(data)) ? nvintf::kSuccess : nvintf::kFailure;
}

}  // namespace zha::sim
