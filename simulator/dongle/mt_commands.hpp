// What: the table of the MT requests that the emulated firmware knows, by subsystem.
// Why: one row per command: number, least length, handler. An unknown one is refused as the real
//      one does. Contract: a handler gets at least min_length bytes; it checks what is longer
//      itself, before it acts. Answers in the air come later as AREQ, never before the SRSP.
#pragma once

#include <optional>
#include <span>

#include "simulator/dongle/codec.hpp"
#include "znp/mt/frame.hpp"

namespace zha::sim {

class Firmware;

enum class RpcError : std::uint8_t {
    bad_subsystem = 1,
    bad_command = 2,
    bad_parameter = 3,
    bad_length = 4,
};

struct MtReply {
    MtReply(Bytes bytes) : data(std::move(bytes)) {}  // NOLINT
    MtReply(const Writer& writer) : data(writer) {}   // NOLINT
    MtReply(std::uint8_t status) : data{status} {}    // NOLINT
    MtReply(RpcError why) : error(why) {}             // NOLINT
    Bytes data;
    std::optional<std::uint8_t> id;  ///< when the answer carries another command id
    std::optional<RpcError> error;
};

struct MtCommand {
    std::uint8_t id;
    std::size_t min_length;
    MtReply (*run)(Firmware& firmware, Reader& request);
};

struct CommandSearch {
    const MtCommand* command = nullptr;
    RpcError error = RpcError::bad_subsystem;
};

CommandSearch find_command(const znp::Frame& request);

std::span<const MtCommand> sys_commands();
std::span<const MtCommand> nv_commands();
std::span<const MtCommand> util_commands();
std::span<const MtCommand> af_commands();
std::span<const MtCommand> zdo_commands();
std::span<const MtCommand> zdo_ext_commands();
std::span<const MtCommand> app_cnf_commands();

}  // namespace zha::sim
