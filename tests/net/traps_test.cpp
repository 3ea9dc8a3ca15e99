#include "platform/snmp/traps.hpp"

#include <gtest/gtest.h>

#include <array>

#include "tests/net/child.hpp"
#include "tests/net/scratch.hpp"

namespace zha {
namespace {

using test::Child;
using test::Scratch;
using test::write_file;

constexpr const char* kCommunity = "a-community-of-this-test";

/// A real snmptrapd that knows our MIB and writes one line per trap: "TRAP varbind|varbind|...".
class Receiver {
  public:
    Receiver() : port_(test::free_port(SOCK_DGRAM)) {
        write_file(scratch_ / "community", std::string(kCommunity) + "\nsecond line\n");
        write_file(scratch_ / "snmptrapd.conf",
                   std::string("authCommunity log ") + kCommunity +
                       "\nformat2 TRAP %V|%v END\\n\n"
                       "[snmp] noPersistentLoad yes\n[snmp] noPersistentSave yes\n"
                       "[snmp] persistentDir " +
                       scratch_.path().string() + "\n");
        const std::string mibs = ZHA_MIBS;
        server_ = std::make_unique<Child>(std::vector<std::string>{
            ZHA_SNMPTRAPD, "-f", "-C", "-c", (scratch_ / "snmptrapd.conf").string(), "-Le", "-M",
            mibs + ":" + mibs + "/base:" + ZHA_NET_SNMP_MIBS, "-m", "ZIGBEE-HA-MIB",
            "udp:" + address()});
        EXPECT_TRUE(server_->wait_for("NET-SNMP version")) << server_->text();
    }

    std::string address() const { return "127.0.0.1:" + std::to_string(port_); }
    SnmpTarget target() const { return {address(), scratch_ / "community"}; }
    const Scratch& scratch() const { return scratch_; }

    /// The output once `count` traps are in it.
    const std::string& received(unsigned count) {
        EXPECT_TRUE(server_->wait_for(" END", count)) << server_->text();
        return server_->text();
    }

  private:
    Scratch scratch_;
    std::uint16_t port_;
    std::unique_ptr<Child> server_;
};

std::unique_ptr<TrapSender> sender(const std::vector<SnmpTarget>& targets) {
    auto made = make_trap_sender(targets);
    EXPECT_TRUE(made.ok()) << (made ? "" : made.error().message);
    return made ? std::move(made).value() : nullptr;
}

testing::AssertionResult has(const std::string& text, const std::string& part) {
    if (text.find(part) != std::string::npos) return testing::AssertionSuccess();
    return testing::AssertionFailure() << "no " << part << " in " << text;
}

TEST(Traps, ATrapArrivesWithTheNamesOfOurMib) {
    Receiver receiver;
    const TrapContent content{"home", "attic", "cellar", "failover", 4321, 77, "5 beats missed"};
    ASSERT_TRUE(sender({receiver.target()})->send(Notification::node_down, content).ok());
    const auto& text = receiver.received(1);
    EXPECT_TRUE(has(text, "OID: ZIGBEE-HA-MIB::zhaNodeDown|"));
    EXPECT_TRUE(has(text, "ZIGBEE-HA-MIB::zhaCluster.0 = STRING: home|"));
    EXPECT_TRUE(has(text, "ZIGBEE-HA-MIB::zhaNode.0 = STRING: attic|"));
    EXPECT_TRUE(has(text, "ZIGBEE-HA-MIB::zhaPeer.0 = STRING: cellar|"));
    EXPECT_TRUE(has(text, "ZIGBEE-HA-MIB::zhaReason.0 = STRING: failover|"));
    EXPECT_TRUE(has(text, "ZIGBEE-HA-MIB::zhaDurationMs.0 = Gauge32: 4321 milliseconds|"));
    EXPECT_TRUE(has(text, "ZIGBEE-HA-MIB::zhaEventId.0 = Gauge32: 77|"));
    EXPECT_TRUE(has(text, "ZIGBEE-HA-MIB::zhaText.0 = STRING: 5 beats missed END"));
}

TEST(Traps, EveryNotificationHasItsNameInTheMib) {
    const std::array<const char*, 16> names{"SwitchoverStarted",
                                            "SwitchoverCompleted",
                                            "SwitchoverFailed",
                                            "NodeDown",
                                            "NodeUp",
                                            "DongleFault",
                                            "DongleRecovered",
                                            "SyncFailed",
                                            "SyncRestored",
                                            "IdentityMismatch",
                                            "StandbyNotReady",
                                            "StandbyReady",
                                            "NoActive",
                                            "Test",
                                            "TwoOnAir",
                                            "FenceFailed"};
    static_assert(static_cast<unsigned>(Notification::fence_failed) == names.size());
    Receiver receiver;
    const auto traps = sender({receiver.target()});
    for (unsigned i = 1; i <= names.size(); ++i)
        ASSERT_TRUE(traps->send(static_cast<Notification>(i), {}).ok());
    const auto& text = receiver.received(names.size());
    for (const std::string name : names)
        EXPECT_TRUE(has(text, "OID: ZIGBEE-HA-MIB::zha" + name + "|"));
}

TEST(Traps, TextIsCutTo255PrintableCharacters) {
    Receiver receiver;
    TrapContent content;
    content.reason = "line\nbr\xc3\xa4k";
    content.text = std::string(300, 'x');
    ASSERT_TRUE(sender({receiver.target()})->send(Notification::test, content).ok());
    const auto& text = receiver.received(1);
    EXPECT_TRUE(has(text, "zhaReason.0 = STRING: line?br?k|"));
    EXPECT_TRUE(has(text, "zhaText.0 = STRING: " + std::string(255, 'x') + " END"));
}

TEST(Traps, EveryTargetGetsTheTrapThoughAnotherIsNotResolved) {
    Receiver receiver;
    const auto traps = sender({{"no-such-host.invalid:162", {}}, receiver.target()});
    const auto sent = traps->send(Notification::test, {});
    ASSERT_FALSE(sent.ok());
    EXPECT_EQ(sent.error().code, Errc::unavailable);
    EXPECT_TRUE(has(sent.error().message, "no-such-host.invalid"));
    EXPECT_TRUE(has(receiver.received(1), "zhaTest"));
}

TEST(Traps, ACommunityThatOthersMayReadIsRefusedWithoutShowingIt) {
    Scratch scratch;
    write_file(scratch / "open", kCommunity, 0644);
    write_file(scratch / "empty", "\n");
    for (const char* name : {"open", "empty", "missing"}) {
        const auto made = make_trap_sender({{"127.0.0.1:162", scratch / name}});
        ASSERT_FALSE(made.ok()) << name;
        EXPECT_EQ(made.error().message.find(kCommunity), std::string::npos);
    }
}

TEST(Traps, AddressesOfOtherTransportsAreRefused) {
    for (const char* address : {"", ":162", "host", "host:", "host:0", "host:70000", "host:1x",
                                "/run/socket:1", "tcp:host:162", "[::1:162", "[]:162", "a b:162"})
        EXPECT_FALSE(make_trap_sender({{address, {}}}).ok()) << address;
    EXPECT_TRUE(make_trap_sender({{"[::1]:162", {}}, {"127.0.0.1:162", {}}}).ok());
    EXPECT_TRUE(sender({})->send(Notification::test, {}).ok());
}

}  // namespace
}  // namespace zha
