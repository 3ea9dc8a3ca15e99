// Forming, resuming, frame counters, channel changes.
#include <algorithm>
#include <array>
#include <bit>

#include "simulator/dongle/codec.hpp"
#include "simulator/dongle/firmware.hpp"
#include "simulator/dongle/nv_defaults.hpp"
#include "simulator/dongle/nv_ids.hpp"

namespace zha::sim {
namespace {

constexpr std::uint32_t kCounterStep = 1000;    // frames between two saves
constexpr std::uint32_t kCounterMargin = 1250;  // added at a start: more than can be unsaved
constexpr std::uint64_t kGenericEpid = 0xFFFFFFFFFFFFFFFF;
constexpr std::size_t kEntryEpid = 4;
constexpr std::uint16_t kAnyPan = 0xFFFF;
constexpr std::uint32_t kZigbeeChannels = 0x07FFF800;
constexpr std::uint32_t kDefaultChannels = 0x00000800;
constexpr std::uint8_t kStateChangeInd = 0xC0;
constexpr std::uint8_t kCommissioningNotification = 0x80;
constexpr std::uint8_t kFormation = 0x04;
constexpr std::uint8_t kBdbSuccess = 0x00;
constexpr std::uint8_t kBdbFormationFailure = 0x08;
constexpr std::uint8_t kBdbRestored = 0x0D;

bool all(const Bytes& value, std::uint8_t byte) {
    return std::all_of(value.begin(), value.end(), [=](std::uint8_t b) { return b == byte; });
}

}  // namespace

bool Firmware::start_network() {
    if (on_network() || starting_) return true;
    starting_ = true;
    const Bytes* flag = nv_.find(nv::kBdbNodeIsOnANetwork);
    const bool known = flag != nullptr && !flag->empty() && (*flag)[0] == 1;
    if (known && !nv_.quirks()("Q13") && read_network(nv_, network_, channel_mask_)) {
        later(options_.resume, [this] { come_up(false); });
        return true;
    }
    if (known) nv_.put(nv::kBdbNodeIsOnANetwork, {0});
    later(Micros(0), [this] { set_state(ZdoState::starting); });
    if (nv_.quirks()("Q14")) return false;
    later(options_.formation, [this] { form(); });
    return false;
}

void Firmware::form() {
    choose_network();
    write_network();
    come_up(true);
}

/// PAN, extended PAN, key and channel from NV; what NV leaves open is chosen as the stack does.
void Firmware::choose_network() {
    network_ = {};
    const Bytes* channels = nv_.find(nv::kChanList);
    channel_mask_ = primary_channels_.value_or(
        channels == nullptr ? 0 : static_cast<std::uint32_t>(get_le(*channels, 0, 4)));
    channel_mask_ &= kZigbeeChannels;
    if (channel_mask_ == 0) channel_mask_ = kDefaultChannels;
    network_.channel = static_cast<std::uint8_t>(std::countr_zero(channel_mask_));

    const Bytes* pan = nv_.find(nv::kPanId);
    network_.pan_id = pan == nullptr ? kAnyPan : static_cast<std::uint16_t>(get_le(*pan, 0, 2));
    if (network_.pan_id == kAnyPan)
        network_.pan_id = static_cast<std::uint16_t>(random_() & 0x3FFF);
    // Another coordinator with this PAN in reach: the stack takes another one.
    const auto beacons = air_.scan(channel_mask_, this);
    const auto taken = [&](const Air::Beacon& b) { return b.pan_id == network_.pan_id; };
    while (std::any_of(beacons.begin(), beacons.end(), taken)) ++network_.pan_id;

    const Bytes* epid = nv_.find(nv::kExtendedPanId);
    const bool chosen = epid != nullptr && epid->size() == 8 && !all(*epid, 0) && !all(*epid, 0xFF);
    network_.extended_pan_id = chosen ? get_le(*epid, 0, 8) : ieee_;

    const Bytes* key = nv_.find(nv::kPrecfgKey);
    if (key != nullptr && key->size() == 16 && !all(*key, 0) && !all(*key, 0xFF)) {
        std::copy(key->begin(), key->end(), network_.key.begin());
    } else {
        for (auto& byte : network_.key) byte = static_cast<std::uint8_t>(random_());
    }
}

void Firmware::write_network() {
    for (const NvTable& table : network_tables()) {
        for (std::uint16_t i = 0; i < table.entries; ++i) nv_.put(table.item, i, table.empty);
    }
    nv_.put(nv::kActiveKey, make_key_info(network_.key_seq, network_.key));
    nv_.put(nv::kAlternKey, make_key_info(network_.key_seq, network_.key));
    nv_.put(nv::kApsLinkKeyTable, Bytes(20, 0));
    nv_.put(nv::kGroupTable, Bytes(22, 0));
    nv_.put(nv::kLeaveCtrl, {0});
    nv_.put(nv::kNib, make_nib(network_, channel_mask_, ieee_));
}

void Firmware::come_up(bool formed) {
    starting_ = false;
    const std::uint32_t stored = stored_counter();
    // A network that was never used starts at 0; any other goes on above what may have been sent.
    counter_ = formed && stored == 0 ? 0 : stored + (nv_.quirks()("Q28") ? 0 : kCounterMargin);
    save_counter();
    if (formed) nv_.put(nv::kBdbNodeIsOnANetwork, {1});
    air_.coordinator_up(*this, formed);
    set_state(ZdoState::coordinator);
    if (formed) return tell_commissioning(kBdbSuccess, kFormation, 0);
    // A network that was there is told first; then the formation that was asked for has failed.
    tell_commissioning(kBdbRestored, 0, kFormation);
    tell_commissioning(kBdbFormationFailure, kFormation, 0);
}

void Firmware::tell_commissioning(std::uint8_t status, std::uint8_t mode, std::uint8_t left) {
    areq(znp::Subsystem::app_cnf, kCommissioningNotification, {status, mode, left});
}

void Firmware::set_state(ZdoState state) {
    state_ = state;
    areq(znp::Subsystem::zdo, kStateChangeInd, {static_cast<std::uint8_t>(state)});
}

/// The entry of this network in the counter table; else the first free one; else the first.
std::uint16_t Firmware::counter_slot() const {
    std::optional<std::uint16_t> free;
    for (std::uint16_t i = 0; i < nv::kSecMaterialEntries; ++i) {
        const Bytes* entry = nv_.find(nv::kNwkSecMaterial, i);
        if (entry == nullptr) continue;
        if (get_le(*entry, kEntryEpid, 8) == network_.extended_pan_id) return i;
        if (!free && all(*entry, 0)) free = i;
    }
    return free.value_or(0);
}

std::uint32_t Firmware::stored_counter() const {
    std::uint32_t generic = 0;
    for (std::uint16_t i = 0; i < nv::kSecMaterialEntries; ++i) {
        const Bytes* entry = nv_.find(nv::kNwkSecMaterial, i);
        if (entry == nullptr) continue;
        const auto counter = static_cast<std::uint32_t>(get_le(*entry, 0, 4));
        const std::uint64_t epid = get_le(*entry, kEntryEpid, 8);
        if (epid == network_.extended_pan_id) return counter;
        if (epid == kGenericEpid) generic = counter;
    }
    return generic;
}

void Firmware::save_counter() {
    saved_counter_ = counter_;
    nv_.put(nv::kNwkSecMaterial, counter_slot(),
            Writer().u32(counter_).u64(network_.extended_pan_id));
    nv_.put(nv::kNwkKey, make_nwk_key(network_.key_seq, network_.key, counter_));
}

std::uint32_t Firmware::next_counter() {
    ++counter_;
    if (counter_ - saved_counter_ >= kCounterStep) save_counter();
    return counter_;
}

void Firmware::set_frame_counter(std::uint32_t counter) {
    if (!on_network()) return;
    counter_ = counter;
    save_counter();
}

void Firmware::change_channel(std::uint32_t mask, std::uint8_t update_id) {
    mask &= kZigbeeChannels;
    if (!on_network() || mask == 0) return;
    channel_mask_ = mask;
    network_.channel = static_cast<std::uint8_t>(std::countr_zero(mask));
    network_.update_id = update_id;
    const Bytes* item = nv_.find(nv::kNib);
    if (item == nullptr) return;
    Bytes nib = *item;
    set_le(nib, nv::kNibChannel, 1, network_.channel);
    set_le(nib, nv::kNibChannelList, 4, mask);
    set_le(nib, nv::kNibUpdateId, 1, network_.update_id);
    nv_.put(nv::kNib, std::move(nib));
}

}  // namespace zha::sim
