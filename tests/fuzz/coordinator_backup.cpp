// Backups of anybody: what is accepted survives writing and reading, and the way into a dongle.
#include "znp/nvram/coordinator_backup.hpp"
#include "tests/fuzz/input.hpp"
#include "znp/nvram/startable.hpp"

using namespace zha;
using namespace zha::znp;

namespace {

/// A dongle with few places, so that a small backup fills them.
Image base() {
    Image image;
    image.items[{ExItem::legacy, osal::TCLK_SEED}] = Bytes(16, 7);
    for (std::uint16_t i = 0; i < 4; ++i) {
        image.items[{ExItem::addrmgr, i}] = Bytes(12, 0xFF);
        image.items[{ExItem::tclk_table, i}] = Bytes(20, 0);
        image.items[{ExItem::nwk_sec_material_table, i}] = Bytes(12, 0);
    }
    for (std::uint16_t i = 0; i < 2; ++i)
        image.items[{ExItem::aps_key_data_table, i}] = Bytes(24, 0);
    return image;
}

/// What a dongle gets is what the file said.
void into_a_dongle(const CoordinatorBackup& backup) {
    const auto image = image_from(backup, base());
    if (!image) return fuzz::claim(!image.error().message.empty());
    fuzz::claim(startable(*image).ok());
    const auto back = backup_of(*image);
    fuzz::claim(back.ok());
    fuzz::claim(back->ieee == backup.ieee && back->pan_id == backup.pan_id);
    fuzz::claim(back->extended_pan_id == backup.extended_pan_id);
    fuzz::claim(back->channel == backup.channel && back->channel_mask == backup.channel_mask);
    fuzz::claim(back->network_key == backup.network_key);
    fuzz::claim(back->key_sequence == backup.key_sequence);
    fuzz::claim(back->frame_counter == backup.frame_counter);
    fuzz::claim(back->devices.size() <= backup.devices.size());
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto text = fuzz::text_of(data, size);
    fuzz::round_trip(text, parse_backup, backup_text);
    const auto backup = parse_backup(text);
    if (!backup) return 0;
    fuzz::claim(looks_like_backup(text));
    into_a_dongle(*backup);
    (void)common_seed(backup->devices);
    return 0;
}
