// What travels and what is stored, without its JSON (mailbox.hpp).
#include "controller/journal_file.hpp"
#include "node-agent/sync/manifest_file.hpp"
#include "platform/wire/wire.hpp"
#include "simulator/simulate/mailbox.hpp"

namespace zha {

namespace {
constexpr std::size_t kMessages = 512;  ///< more than can be on their way at once
constexpr std::size_t kFiles = 8192;    ///< more than a schedule writes
}  // namespace

void sim::empty_mailboxes() {
    mailbox<NodeReport, kMessages>().empty();
    mailbox<Order, kMessages>().empty();
    mailbox<Journal, kFiles>().empty();
    mailbox<Manifest, kFiles>().empty();
}

std::string wire::encode(const NodeReport& report) {
    return sim::mailbox<NodeReport, kMessages>().put(report);
}
std::string wire::encode(const Order& order) {
    return sim::mailbox<Order, kMessages>().put(order);
}
Result<NodeReport> wire::decode_report(const std::string& text) {
    return sim::mailbox<NodeReport, kMessages>().get(text);
}
Result<Order> wire::decode_order(const std::string& text) {
    return sim::mailbox<Order, kMessages>().get(text);
}

std::string encode_journal(const Journal& journal) {
    // A time by somebody's own clock is in no file.
    Journal kept = journal;
    kept.granted = Time{0};
    return sim::mailbox<Journal, kFiles>().put(kept);
}
Result<Journal> decode_journal(const std::string& text) {
    return sim::mailbox<Journal, kFiles>().get(text);
}

std::string encode_manifest(const Manifest& manifest) {
    return sim::mailbox<Manifest, kFiles>().put(manifest);
}
Result<Manifest> decode_manifest(const std::string& text) {
    auto manifest = sim::mailbox<Manifest, kFiles>().get(text);
    if (manifest)
        if (auto good = check(*manifest); !good) return good.error();
    return manifest;
}

}  // namespace zha
