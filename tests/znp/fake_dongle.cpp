#include "tests/znp/fake_dongle.hpp"

#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/local/connect_pair.hpp>

namespace zha::znp::test {
namespace {

using Socket = asio::local::stream_protocol::socket;

class PairTransport final : public StreamTransport<Socket> {
  public:
    using StreamTransport::StreamTransport;
    Status set_lines(bool, bool) override { return {}; }
    void close() override {
        asio::error_code ignored;
        stream_.close(ignored);
    }
};

std::uint32_t number(const Bytes& data, std::size_t at, std::size_t size) {
    std::uint32_t value = 0;
    for (std::size_t i = size; i-- > 0;) value = value << 8 | data.at(at + i);
    return value;
}

Bytes little(std::uint64_t value, std::size_t size) {
    Bytes out;
    for (std::size_t i = 0; i < size; ++i)
        out.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
    return out;
}

Bytes join(Bytes left, const Bytes& right) {
    left.insert(left.end(), right.begin(), right.end());
    return left;
}

ItemKey legacy(std::uint16_t id) {
    return {ExItem::legacy, id};
}

}  // namespace

struct FakeDongle::Line {
    std::unique_ptr<Transport> end;
    Parser parser;
};

std::unique_ptr<Transport> FakeDongle::plug_in(asio::io_context& context, Clock& clock) {
    Socket ours(context), theirs(context);
    asio::local::connect_pair(ours, theirs);
    serve_on(std::make_unique<PairTransport>(std::move(ours), "fake"), context, clock);
    return std::make_unique<PairTransport>(std::move(theirs), "host");
}

void FakeDongle::serve_on(std::unique_ptr<Transport> end, asio::io_context& context, Clock& clock) {
    auto line = std::make_shared<Line>(Line{std::move(end), {}});
    asio::co_spawn(context, serve(line, clock), asio::detached);
}

Task<void> FakeDongle::serve(std::shared_ptr<Line> line, Clock& clock) {
    Bytes buffer(512);
    for (;;) {
        const auto size = co_await line->end->read_some(buffer);
        if (!size) co_return;
        line->parser.feed(std::span(buffer).first(*size));
        while (const auto request = line->parser.next()) {
            if (request->type == Type::areq) {
                boot();
                const Bytes indication{0x00, 0x02, 0x01, 0x02, 0x07, 0x01};
                const auto bytes =
                    encode({Type::areq, Subsystem::sys, mt::id::SYS_RESET_IND, indication});
                (void)co_await line->end->write(bytes);
                continue;
            }
            ++requests;
            const auto what = fate(*request);
            if (what == Fate::cut) co_return line->end->close();
            const auto no = static_cast<std::uint8_t>(what == Fate::refuse ? 1 : 0);
            auto reply = what == Fate::refuse || what == Fate::pretend
                             ? Frame{Type::srsp, request->subsystem, request->id, {no}}
                             : answer(*request);
            if (what == Fate::lose) continue;
            if (what == Fate::late) co_await clock.sleep_for(lateness);
            const auto bytes = encode(reply);
            (void)co_await line->end->write(bytes);
        }
    }
}

void FakeDongle::boot() {
    ++boots;
    state = state_after_boot;
    const auto* option = item(osal::STARTUP_OPTION);
    if (!option || ((*option)[0] & 3) != 0) {
        nv = factory_image(hardware_ieee);
    }
    if (!item(osal::EXTADDR)) nv.items[legacy(osal::EXTADDR)] = little(hardware_ieee, 8);
}

Frame FakeDongle::answer(const Frame& request) {
    Frame out{Type::srsp, request.subsystem, request.id, {}};
    const auto ieee = nv.items[legacy(osal::EXTADDR)];
    if (request.subsystem == Subsystem::util && request.id == mt::id::UTIL_GET_DEVICE_INFO) {
        out.data = join(join({0}, ieee), {0, 0, 7, state, 0});
        return out;
    }
    switch (request.subsystem == Subsystem::sys ? request.id : 0xFF) {
        case mt::id::SYS_PING:
            out.data = {0x59, 0x06};
            return out;
        case mt::id::SYS_VERSION:
            out.data = join({2, 1, 2, 7, 1}, little(20240710, 4));
            return out;
        case mt::id::SYS_GET_EXTADDR:
            out.data = ieee;
            return out;
        case mt::id::SYS_OSAL_NV_READ:
        case mt::id::SYS_OSAL_NV_READ_EXT:
            return answer_osal_read(request);
        case mt::id::SYS_NV_CREATE:
        case mt::id::SYS_NV_DELETE:
        case mt::id::SYS_NV_LENGTH:
        case mt::id::SYS_NV_READ:
        case mt::id::SYS_NV_WRITE:
            return answer_nv(request);
        default:
            return {Type::srsp, Subsystem::rpc_error, 0, {2, request.cmd0(), request.id}};
    }
}

Frame FakeDongle::answer_osal_read(const Frame& request) {
    Frame out{Type::srsp, Subsystem::sys, request.id, {}};
    const auto id = static_cast<std::uint16_t>(number(request.data, 0, 2));
    if (id == osal::POLL_RATE_OLD16) {
        out.id = mt::id::SYS_OSAL_NV_READ;
        const auto* rate = item(0x0035);
        out.data = rate ? Bytes{0, 2, rate->at(0), rate->at(1)} : Bytes{1, 0};
        return out;
    }
    const auto offset = number(request.data, 2, request.data.size() - 2);
    const auto* value = item(id);
    if (!value || offset >= value->size()) {
        out.data = {mt::status::OSAL_INVALID, 0};
        return out;
    }
    const auto size = std::min<std::size_t>(247, value->size() - offset);
    const auto from = value->begin() + static_cast<std::ptrdiff_t>(offset);
    out.data = join({0, static_cast<std::uint8_t>(size)},
                    Bytes(from, from + static_cast<std::ptrdiff_t>(size)));
    return out;
}

Bytes FakeDongle::read_nv(ItemKey key, const Bytes& data) {
    const auto* value = nv.find(key);
    const auto size = data.at(7);
    if (!value) return {mt::status::NV_NOT_FOUND, 0};
    if (size > value->size()) return {5, 0};
    return join({0, size}, Bytes(value->begin(), value->begin() + size));
}

Frame FakeDongle::answer_nv(const Frame& request) {
    const auto& data = request.data;
    const ItemKey key{static_cast<ExItem>(number(data, 1, 2)),
                      static_cast<std::uint16_t>(number(data, 3, 2))};
    const auto* value = nv.find(key);
    Bytes reply{mt::status::SUCCESS};
    if (request.id == mt::id::SYS_NV_LENGTH) {
        reply = little(value ? value->size() : 0, 4);
    } else if (request.id == mt::id::SYS_NV_READ) {
        reply = read_nv(key, data);
    } else if (request.id == mt::id::SYS_NV_CREATE) {
        if (value) reply = {mt::status::NV_EXISTS};
        if (!value) nv.items[key] = Bytes(number(data, 5, 4));
    } else if (request.id == mt::id::SYS_NV_DELETE) {
        ++writes;
        if (nv.items.erase(key) == 0) reply = {mt::status::NV_NOT_FOUND};
    } else if (value || extended_write_creates) {
        ++writes;
        nv.items[key] = Bytes(data.begin() + 8, data.end());
    } else {
        reply = {mt::status::NV_NOT_FOUND};
    }
    return {Type::srsp, Subsystem::sys, request.id, reply};
}

Image factory_image(std::uint64_t ieee) {
    Image image;
    auto& items = image.items;
    items[legacy(osal::EXTADDR)] = little(ieee, 8);
    items[legacy(osal::STARTUP_OPTION)] = {0};
    items[legacy(0x0035)] = Bytes(40, 7);
    items[legacy(osal::BDBNODEISONANETWORK)] = {0};
    items[legacy(osal::PANID)] = {0xFF, 0xFF};
    items[legacy(osal::NWKKEY)] = Bytes(24);
    // At its full length from the first start on, however many devices there are.
    for (std::uint16_t i = 0; i < 8; ++i) items[{ExItem::tclk_table, i}] = Bytes(20);
    for (std::uint16_t i = 0; i < 2; ++i) items[{ExItem::nwk_sec_material_table, i}] = Bytes(12);
    return image;
}

Image network_image(std::uint8_t seed, unsigned devices) {
    auto image = factory_image(0x00124B0000000000u + seed);
    auto& items = image.items;
    const Bytes epid(8, seed), key(16, static_cast<std::uint8_t>(seed ^ 0x5A));
    Bytes nib(116, 0);
    nib[24] = 15, nib[36] = seed, nib[37] = 0x1A, nib[65] = 1;
    std::copy(epid.begin(), epid.end(), nib.begin() + 57);
    items[legacy(osal::HAS_CONFIGURED_ZSTACK3)] = {0x55};
    items[legacy(osal::BDBNODEISONANETWORK)] = {1};
    items[legacy(osal::NIB)] = nib;
    items[legacy(osal::PANID)] = {seed, 0x1A};
    items[legacy(osal::NWK_ACTIVE_KEY_INFO)] = join({0}, key);
    items[legacy(osal::PRECFGKEY)] = key;
    items[legacy(osal::NWKKEY)] = join(join(join({0}, key), {0, 0, 0}), little(7500, 4));
    items[{ExItem::nwk_sec_material_table, 0}] = join(little(7500, 4), epid);
    for (std::uint16_t i = 0; i < devices; ++i) {
        const auto device = little(0x0017880100000000u + i + seed * 256u, 8);
        items[{ExItem::addrmgr, i}] = join({2, 0, static_cast<std::uint8_t>(i), seed}, device);
        items[{ExItem::tclk_table, i}] = join(join(little(100u + i, 8), device), {2, 0, 1, 0});
    }
    return image;
}

}  // namespace zha::znp::test
