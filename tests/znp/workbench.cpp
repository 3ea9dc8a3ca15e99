#include "tests/znp/workbench.hpp"

#include <asio/redirect_error.hpp>
#include <asio/steady_timer.hpp>
#include <asio/use_awaitable.hpp>

#include "simulator/dongle/codec.hpp"
#include "simulator/dongle/nv_ids.hpp"

namespace zha::znp::test {

using sim::Writer;

struct VirtualLine::State {
    explicit State(const asio::any_io_executor& executor)
        : wake(executor, asio::steady_timer::time_point::max()) {}
    Bytes inbox;
    bool open = true;
    asio::steady_timer wake;
};

VirtualLine::VirtualLine(asio::any_io_executor executor, std::function<void(Bytes)> out,
                         std::function<void(bool, bool)> lines)
    : state_(std::make_shared<State>(executor)), out_(std::move(out)), lines_(std::move(lines)) {}

Task<Result<std::size_t>> VirtualLine::read_some(std::span<std::uint8_t> into) {
    const auto state = state_;
    while (state->inbox.empty() && state->open) {
        asio::error_code ignored;  // being woken is a cancelled timer
        co_await state->wake.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    }
    if (!state->open) co_return Error{Errc::unavailable, "line: gone"};
    const auto size = std::min(into.size(), state->inbox.size());
    const auto end = state->inbox.begin() + static_cast<std::ptrdiff_t>(size);
    std::copy(state->inbox.begin(), end, into.begin());
    state->inbox.erase(state->inbox.begin(), end);
    co_return size;
}

Task<Status> VirtualLine::write(std::span<const std::uint8_t> bytes) {
    if (!state_->open) co_return Status(Errc::unavailable, "line: gone");
    out_(Bytes(bytes.begin(), bytes.end()));
    co_return Status();
}

Status VirtualLine::set_lines(bool dtr, bool rts) {
    if (!state_->open) return {Errc::unavailable, "line: gone"};
    lines_(dtr, rts);
    return {};
}

void VirtualLine::arrive(const Bytes& bytes) {
    if (!state_->open) return;
    state_->inbox.insert(state_->inbox.end(), bytes.begin(), bytes.end());
    state_->wake.cancel();
}

void VirtualLine::vanish() {
    state_->open = false;
    state_->wake.cancel();
}

namespace {

sim::FirmwareOptions firmware() {
    sim::FirmwareOptions options;
    options.name = "stick";
    options.hardware_ieee = Workbench::kHardwareIeee;
    return options;
}

}  // namespace

Workbench::Workbench(sim::NvStore::Contents contents, sim::LineOptions pace,
                     std::uint64_t cut_after)
    : dongle(schedule, air, firmware(), pace, "") {
    time.drive(context);
    dongle.to_host = [this](const Bytes& bytes) {
        if (mangle) return mangle(bytes);
        arrive(bytes);
    };
    dongle.nv().load(std::move(contents));
    if (cut_after > 0) dongle.cut_power_after(cut_after);
    dongle.plug();
    time.advance(Millis{1000});
}

Workbench::~Workbench() {
    if (driver) driver->close();
    time.advance(Millis{20000});  // whoever waits notices
    driver.reset();
    time.forget(context);
}

Driver& Workbench::plug_driver(DriverOptions options) {
    if (driver) driver->close();
    auto mine = std::make_unique<VirtualLine>(
        context.get_executor(),
        [this](Bytes bytes) {
            if (mangle_request) return mangle_request(std::move(bytes));
            dongle.from_host(std::move(bytes));
        },
        [this](bool dtr, bool rts) { dongle.set_lines(dtr, rts); });
    line = mine.get();
    driver = std::make_unique<Driver>(std::move(mine), context.get_executor(), clock, options);
    return *driver;
}

void Workbench::power_cycle() {
    dongle.unplug();
    dongle.plug();
    time.advance(Millis{1000});
}

std::optional<sim::NetworkParams> Workbench::start_network() {
    dongle.from_host(encode({Type::sreq, Subsystem::zdo, 0x40, {0, 0}}));  // STARTUP_FROM_APP
    time.advance(Millis{5000});
    const auto& firmware = dongle.firmware();
    if (!firmware.on_network()) return std::nullopt;
    return firmware.network();
}

Image Workbench::content() const {
    Image image;
    for (const auto& [address, value] : const_cast<sim::Dongle&>(dongle).nv().contents())
        image.items[{static_cast<ExItem>(address.first), address.second}] = value;
    return image;
}

sim::NvStore::Contents contents_of(const Image& image) {
    sim::NvStore::Contents contents;
    for (const auto& [key, value] : image.items)
        contents[{static_cast<std::uint16_t>(key.item), key.sub}] = value;
    return contents;
}

Image factory_new_image() {
    return Workbench().content();
}

Image formed_image(const Home& home) {
    Workbench bench;
    auto& nv = bench.dongle.nv();
    Bytes key(16, home.key_byte);
    key[0] = 1;
    nv.put(sim::nv::kExtAddr, Writer().u64(home.ieee));
    nv.put(sim::nv::kPanId, Writer().u16(home.pan_id));
    nv.put(sim::nv::kExtendedPanId, Writer().u64(home.extended_pan_id));
    nv.put(sim::nv::kPrecfgKey, key);
    bench.power_cycle();
    EXPECT_TRUE(bench.start_network());
    for (std::uint16_t i = 0; i < home.devices; ++i) {
        const std::uint64_t device = home.ieee + 0x100 + i;
        nv.put(sim::nv::kAddrMgr, i, Writer().u8(3).u8(0).u16(0x1001 + i).u64(device));
        nv.put(sim::nv::kTclk, i,
               Writer().u32(100 + i).u32(50).u64(device).u8(2).u8(0).u8(0).u8(0));
    }
    if (!home.configured) {
        nv.put(sim::nv::kPanId, {0xFF, 0xFF});
        nv.put(sim::nv::kExtendedPanId, Bytes(8, 0xFF));
        nv.put(sim::nv::kPrecfgKey, Bytes(16, 0));
    }
    nv.put(sim::nv::kHasConfigured, {0x55});
    return bench.content();
}

}  // namespace zha::znp::test
