// The host interface itself: identification, refusals, NV through frames.
#include "tests/firmware/bench.hpp"

namespace zha::sim {
namespace {

using Commands = Bench;

TEST_F(Commands, ItSaysWhatItIs) {
    EXPECT_EQ(a.ask(Subsystem::sys, 0x01), (Bytes{0x59, 0x06}));
    EXPECT_EQ(a.ask(Subsystem::sys, 0x02),
              Bytes(Writer().bytes(Bytes{2, 1, 2, 7, 1}).u32(20240710)));
    EXPECT_EQ(a.ask(Subsystem::util, 0x49, {0})->size(), 36U);
    EXPECT_EQ(a.ask(Subsystem::zdo, 0x50)->size(), 24U);
}

TEST_F(Commands, UnknownAndShortRequestsGetAnRpcError) {
    EXPECT_EQ(a.ask(Subsystem::sys, 0x7F), (Bytes{2, 0x21, 0x7F}));
    EXPECT_EQ(a.ask(Subsystem::sapi, 0x04), (Bytes{1, 0x26, 0x04}));
    EXPECT_EQ(a.ask(Subsystem::sys, 0x13, {1}), (Bytes{4, 0x21, 0x13}));
    EXPECT_EQ(a.frames.back().subsystem, Subsystem::rpc_error);
}

TEST_F(Commands, AWriteThatIsShorterThanItSaysChangesNothing) {
    a.dongle.nv().put(0x28, {2});
    EXPECT_EQ(a.ask(Subsystem::sys, 0x1D, Writer().u16(0x28).u16(0).u16(1)),
              (Bytes{4, 0x21, 0x1D}));
    EXPECT_EQ(*a.dongle.nv().find(0x28), Bytes{2});
}

TEST_F(Commands, NoiseAndBadChecksumsAreSwallowed) {
    a.dongle.from_host(Bytes(256, 0xEF));
    a.dongle.from_host({0xFE, 0x00, 0x21, 0x01, 0x99});
    schedule.advance(10ms);
    EXPECT_EQ(a.ask(Subsystem::sys, 0x01), (Bytes{0x59, 0x06}));
}

TEST_F(Commands, TheLengthOfATableEntryHasFourBytes) {
    const Bytes key = Writer().u8(1).u16(nv::kTclk).u16(0);
    EXPECT_EQ(a.ask(Subsystem::sys, 0x32, key), (Bytes{20, 0, 0, 0}));
}

TEST_F(Commands, ReadingTheOldPollRateIsAnsweredUnderAnotherNumber) {
    a.ask(Subsystem::sys, 0x1C, Writer().u16(nv::kPollRateOld16).u16(0));
    EXPECT_EQ(a.frames.back().id, 0x08);
    EXPECT_EQ(a.frames.back().data.size(), 4U);
}

TEST_F(Commands, DataFromAnUnknownEndpointOrWithoutANetworkIsRefused) {
    const Bytes data =
        Writer().u16(0x1234).u8(1).u8(1).u16(6).u8(9).u8(0).u8(30).u8(3).u8(1).u8(2).u8(1);
    EXPECT_EQ(a.ask(Subsystem::af, 0x01, data), Bytes{0x02});
    a.ask(Subsystem::af, 0x00, Writer().u8(1).u16(0x0104).u16(5).u8(0).u8(0).u8(0).u8(0));
    EXPECT_EQ(a.ask(Subsystem::af, 0x01, data), Bytes{0xC2});
}

TEST_F(Commands, DataToNobodyIsConfirmedWithNoRoute) {
    a.form();
    a.ask(Subsystem::af, 0x00, Writer().u8(1).u16(0x0104).u16(5).u8(0).u8(0).u8(0).u8(0));
    const Bytes data =
        Writer().u16(0x1234).u8(1).u8(1).u16(6).u8(9).u8(0).u8(30).u8(3).u8(1).u8(2).u8(1);
    EXPECT_EQ(a.ask(Subsystem::af, 0x01, data), Bytes{0});
    schedule.advance(1s);
    EXPECT_EQ(a.areq(Subsystem::af, 0x80), (Bytes{0xCD, 1, 9}));
}

TEST_F(Commands, AChannelChangeMovesTheNetworkAndItsNvRecord) {
    a.form();
    Writer request;
    request.u16(0xFFFF).u8(0x0F).u32(1U << 20).u8(0xFE).u8(0).u16(0);
    EXPECT_EQ(a.ask(Subsystem::zdo, 0x37, request), Bytes{0});
    schedule.advance(2s);
    EXPECT_EQ(a.ask(Subsystem::zdo, 0x50)->at(23), 20);
    EXPECT_EQ((*a.dongle.nv().find(nv::kNib))[nv::kNibChannel], 20);
}

}  // namespace
}  // namespace zha::sim
