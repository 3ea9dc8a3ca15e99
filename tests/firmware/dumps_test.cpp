// Dumps of real dongles, in the emulated one. They are in no repository: ZHA_NVRAM_DUMPS is their
// folder.
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "tests/firmware/bench.hpp"
#include "znp/nvram/startable.hpp"

namespace zha::sim {
namespace {

struct DumpsTest : Bench {
    znp::Image image;

    bool load(const std::string& name) {
        const char* folder = std::getenv("ZHA_NVRAM_DUMPS");
        std::ifstream file((folder != nullptr ? std::string(folder) : std::string()) + "/" + name);
        std::ostringstream text;
        if (folder == nullptr || !file) return false;
        text << file.rdbuf();
        const auto read = znp::from_json(text.str());
        EXPECT_TRUE(read) << name;
        if (!read) return false;
        image = *read;
        for (const auto& [key, value] : image.items) {
            if (key.item == znp::ExItem::legacy)
                a.dongle.nv().put(key.sub, value);
            else
                a.dongle.nv().put(static_cast<std::uint16_t>(key.item), key.sub, value);
        }
        a.reset();
        return true;
    }
};

TEST_F(DumpsTest, AFormedDongleStartsAsCoordinatorOfItsNetwork) {
    if (!load("CC2652R-ZStack4.formed.json")) GTEST_SKIP() << "ZHA_NVRAM_DUMPS is not set";
    const auto identity = znp::identity_of(image);
    ASSERT_TRUE(identity) << identity.error().message;
    EXPECT_TRUE(znp::startable(image));
    EXPECT_EQ(a.state(), 0);
    a.start();
    EXPECT_EQ(a.state(), 9);
    const Bytes info = a.ask(Subsystem::zdo, 0x50).value_or(Bytes{});
    Reader reply(info);
    EXPECT_EQ(reply.u16(), 0);
    EXPECT_EQ(reply.u8(), 9);
    EXPECT_EQ(reply.u16(), identity->pan_id);
    EXPECT_EQ(reply.u16(), 0);
    EXPECT_EQ(reply.u64(), identity->extended_pan_id);
    EXPECT_EQ(Reader(a.ask(Subsystem::sys, 0x04).value()).u64(), identity->ieee);
    EXPECT_EQ(on_air(), Names{"a"});
    EXPECT_GT(a.saved_counters().first, znp::frame_counter(image)) << "above all it sent";
}

TEST_F(DumpsTest, AResetDongleHasNoNetworkAndMustNotBeStarted) {
    if (!load("CC2652R-ZStack4.reset.json")) GTEST_SKIP() << "ZHA_NVRAM_DUMPS is not set";
    EXPECT_EQ(znp::identity_of(image).error().code, Errc::not_found);
    EXPECT_FALSE(znp::startable(image));
    EXPECT_EQ(a.state(), 0);
    EXPECT_EQ(a.dongle.nv().find(nv::kNib), nullptr);
    EXPECT_TRUE(on_air().empty());
}

}  // namespace
}  // namespace zha::sim
