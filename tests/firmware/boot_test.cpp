// What a reset does to NV: startup options, address, defaults, link-key counters.
#include "tests/firmware/bench.hpp"

namespace zha::sim {
namespace {

using Boot = Bench;

TEST_F(Boot, ABlankDongleTakesItsHardwareAddressAndFactoryItems) {
    EXPECT_EQ(get_le(*a.dongle.nv().find(nv::kExtAddr), 0, 8), kHardwareIeee);
    EXPECT_EQ(a.dongle.nv().osal_length(nv::kNwkKey), 24);
    EXPECT_EQ(a.dongle.nv().osal_length(nv::kNib), 0);
    EXPECT_NE(a.dongle.nv().find(nv::kTclk, nv::kTclkEntries - 1), nullptr);
    EXPECT_EQ(a.dongle.nv().find(nv::kAddrMgr, 0), nullptr);
}

TEST_F(Boot, ItSaysResetAndIsNotStarted) {
    EXPECT_EQ(a.areq(Subsystem::sys, 0x80), (Bytes{0, 2, 1, 2, 7, 1}));
    EXPECT_EQ(a.state(), 0);
    EXPECT_EQ(on_air(), Names{});
}

TEST_F(Boot, AnAddressInNvOverridesTheHardwareOne) {
    const Ieee other = 0x00124B00FFFFFF01;
    a.ask(Subsystem::sys, 0x1D, Writer().u16(nv::kExtAddr).u16(0).u16(8).u64(other));
    EXPECT_EQ(a.ask(Subsystem::sys, 0x04), Bytes(Writer().u64(other))) << "at once";
    a.reset();
    EXPECT_EQ(a.ask(Subsystem::sys, 0x04), Bytes(Writer().u64(other))) << "after a reset";
}

TEST_F(Boot, AnErasedAddressBecomesTheHardwareOne) {
    a.dongle.nv().put(nv::kExtAddr, Bytes(8, 0xFF));
    a.reset();
    EXPECT_EQ(a.ask(Subsystem::sys, 0x04), Bytes(Writer().u64(kHardwareIeee)));
}

TEST_F(Boot, ClearingStateForgetsNetworkAndCloneAddressAndDisarmsItself) {
    a.form();
    a.dongle.nv().put(nv::kExtAddr, Writer().u64(0x1122334455667788));
    a.dongle.nv().put(nv::kStartupOption, {nv::kClearConfig | nv::kClearState});
    a.reset();
    EXPECT_EQ(a.dongle.nv().find(nv::kNib), nullptr);
    EXPECT_EQ(a.dongle.nv().find(nv::kAddrMgr, 0), nullptr);
    EXPECT_EQ(*a.dongle.nv().find(nv::kBdbNodeIsOnANetwork), Bytes{0});
    EXPECT_EQ(*a.dongle.nv().find(nv::kPanId), (Bytes{0xFF, 0xFF}));
    EXPECT_EQ(*a.dongle.nv().find(nv::kStartupOption), Bytes{0});
    EXPECT_EQ(a.ask(Subsystem::sys, 0x04), Bytes(Writer().u64(kHardwareIeee)));
}

TEST_F(Boot, FrameCountersOutliveAFactoryResetButNotTheirOwnOption) {
    a.form();
    a.reset();
    a.start();
    a.dongle.nv().put(nv::kStartupOption, {nv::kClearState});
    a.reset();
    EXPECT_EQ(a.saved_counters().first, 1250U);
    a.dongle.nv().put(nv::kStartupOption, {nv::kClearFrameCounter});
    a.reset();
    EXPECT_EQ(a.saved_counters().first, 0U);
}

TEST_F(Boot, EveryBootAdvancesTheCountersOfUsedLinkKeysOnly) {
    a.dongle.nv().put(nv::kTclk, 3,
                      Writer().u32(100).u32(5).u64(0xA4C1380000000001).u8(2).fill(3, 0));
    const Bytes free = *a.dongle.nv().find(nv::kTclk, 4);
    a.reset();
    EXPECT_EQ(get_le(*a.dongle.nv().find(nv::kTclk, 3), 0, 4), 111U);
    EXPECT_EQ(get_le(*a.dongle.nv().find(nv::kTclk, 3), 4, 4), 5U);
    EXPECT_EQ(*a.dongle.nv().find(nv::kTclk, 4), free);
}

}  // namespace
}  // namespace zha::sim
