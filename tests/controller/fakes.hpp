// What: the controller's seams in memory: bus, clock, store, history and traps.
// Why: the daemon's loop is tested without a broker, a disk or waiting.
// Contract: for tests only; one thread. FakeClock::sleep_until() arrives at once, `ticks` times.
#pragma once

#include <algorithm>
#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/io_context.hpp>
#include <map>
#include <string>
#include <vector>

#include "controller/controller.hpp"

namespace zha::test {

class FakeClock final : public Clock {
  public:
    Time at{1'000'000};
    int ticks = 0;
    Millis stall{0};  ///< once, the next sleep takes this much longer

    Time now() const override { return at; }
    WallSeconds wall() const override { return 1'700'000'000 + at.count() / 1000; }
    Task<bool> sleep_until(Time deadline) override {
        if (ticks-- <= 0) co_return false;
        at = std::max(at, deadline) + std::exchange(stall, Millis{0});
        co_return true;
    }
};

class FakeBus final : public Bus {
  public:
    struct Sent {
        std::string topic;
        std::string payload;
        bool retain;
    };
    std::vector<Sent> sent;
    bool up = false;

    void start() override {}
    bool connected() const override { return up; }
    Status publish(const std::string& topic, const std::string& payload, bool retain,
                   int) override {
        if (!up) return {Errc::unavailable, "not connected"};
        sent.push_back({topic, payload, retain});
        return {};
    }
    void subscribe(const std::string& filter, Handler handler) override {
        handlers_[filter] = std::move(handler);
    }
    void on_connection(std::function<void(bool, const std::string&)> handler) override {
        connection_ = std::move(handler);
    }
    Task<void> stop(Time) override { co_return; }

    void connect() {
        up = true;
        const auto before = sent.size();
        connection_(true, "");
        // What the controller says on a topic that it reads itself comes back to it.
        for (std::size_t i = before, end = sent.size(); i < end; ++i) {
            const auto said = sent[i];
            deliver(said.topic, said.payload);
        }
    }
    void disconnect() {
        up = false;
        connection_(false, "gone");
    }
    void deliver(const std::string& topic, const std::string& payload, bool retained = false) {
        const auto it = handlers_.find(topic);
        if (it != handlers_.end()) it->second({topic, payload, retained});
    }
    std::vector<std::string> on(const std::string& topic) const {
        std::vector<std::string> payloads;
        for (const auto& s : sent)
            if (s.topic == topic) payloads.push_back(s.payload);
        return payloads;
    }

  private:
    std::map<std::string, Handler> handlers_;
    std::function<void(bool, const std::string&)> connection_;
};

class FakeStore final : public Store {
  public:
    std::map<std::string, std::string> files;
    bool refuse = false;

    Result<std::string> read(const Path& file, std::size_t max_bytes) override {
        const auto it = files.find(file.string());
        if (it == files.end()) return {Errc::not_found, file.string() + ": absent"};
        if (it->second.size() > max_bytes) return {Errc::invalid, "too large"};
        return it->second;
    }
    Status write(const Path& file, const std::string& bytes, unsigned) override {
        if (refuse) return {Errc::io, "no space left"};
        files[file.string()] = bytes;
        return {};
    }
    Status make_directory(const Path&, unsigned) override { return {}; }
    Status remove_all(const Path& path) override { return files.erase(path.string()), Status(); }
    Status rename(const Path&, const Path&) override { return {Errc::io, "not needed here"}; }
    Result<std::vector<std::string>> list(const Path&) override {
        return std::vector<std::string>();
    }
    bool exists(const Path& path) override { return files.contains(path.string()); }
};

class FakeHistory final : public History {
  public:
    std::vector<HistoryLine> lines;
    unsigned asked = 0;
    bool refuse = false;

    Result<std::int64_t> append(const HistoryLine& line) override {
        if (refuse) return {Errc::io, "no space left"};
        lines.push_back(line);
        lines.back().id = static_cast<std::int64_t>(lines.size());
        return lines.back().id;
    }
    Result<std::vector<HistoryLine>> newest(unsigned limit) override {
        asked = limit;
        return std::vector<HistoryLine>(lines.rbegin(), lines.rend());
    }
};

class FakeTraps final : public TrapSender {
  public:
    std::vector<Notification> sent;
    bool refuse = false;

    Status send(Notification kind, const TrapContent&) override {
        sent.push_back(kind);
        return refuse ? Status(Errc::io, "no route") : Status();
    }
    /// How often it was sent.
    std::ptrdiff_t count(Notification kind) const {
        return std::count(sent.begin(), sent.end(), kind);
    }
};

/// The daemon with nodes a and b in memory.
struct Office {
    Config config;
    FakeClock clock;
    FakeBus bus;
    FakeStore store;
    FakeHistory history;
    FakeTraps traps;
    wire::Topics topics{"zha", "home"};
    std::uint64_t nonce = 100;

    Office() {
        for (const auto* name : {"a", "b"}) {
            NodeConfig node;
            node.name = name;
            config.nodes.push_back(node);
        }
        config.controller.state = "/state";
    }
    /// "a" holds epoch 5.
    static Journal journal() {
        Journal j;
        j.incarnation = 3;
        j.epoch = 5;
        j.holder = "a";
        j.fingerprint = "net1";
        return j;
    }
    std::uint64_t obeys = 3;  ///< nodes obey no older controller
    NodeReport report(const std::string& node, NodeState state, Epoch epoch = 0) {
        NodeReport r;
        r.node = node;
        r.boot = "boot";
        r.nonce = ++nonce;
        r.incarnation = obeys;
        r.state = state;
        r.epoch = epoch;
        r.ready = state == NodeState::standby;
        if (r.ready) {
            r.staged.id = "a-5-1";
            r.staged.epoch = 5;
            r.staged.seq = 1;
            r.staged.has_nvram = true;
            r.staged.fingerprint = "net1";
            r.staged.taken_at = clock.wall();
        }
        return r;
    }
    void hear(const NodeReport& r, bool retained = false) {
        bus.deliver(topics.report(r.node), wire::encode(r), retained);
    }
    std::vector<std::string> orders(const std::string& node) const {
        return bus.on(topics.order(node));
    }
    /// Runs the loop for `ticks` ticks of a quarter of a second.
    void run(Controller& controller, int ticks) {
        clock.ticks = ticks;
        asio::io_context io;
        asio::co_spawn(io, controller.run(), asio::detached);
        io.run();
    }
    ControllerParts parts() { return {clock, bus, store, history, traps}; }
};

}  // namespace zha::test
