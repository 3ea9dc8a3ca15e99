#include <fstream>
#include <system_error>

#include "platform/service/run_command.hpp"
#include "platform/service/unit_manager.hpp"

namespace zha {

namespace {

/// The path behind "pidfile=" in a record that OpenRC keeps of a started daemon.
std::optional<Path> pid_file_named_in(const Path& record) {
    constexpr std::string_view kKey = "pidfile=";
    std::ifstream in(record);
    for (std::string line; std::getline(in, line);)
        if (line.compare(0, kKey.size(), kKey) == 0 && line.size() > kKey.size())
            return Path(line.substr(kKey.size()));
    return std::nullopt;
}

class OpenRc final : public UnitManager {
  public:
    OpenRc(std::string unit, Path program, Path run, asio::any_io_executor executor, Clock& clock)
        : unit_(std::move(unit)),
          program_(std::move(program)),
          run_(std::move(run)),
          executor_(std::move(executor)),
          clock_(clock) {}

    Argv start_command() const override { return words("start"); }
    Argv stop_command() const override { return words("stop"); }
    Argv reset_command() const override { return words("zap"); }
    std::vector<Argv> kill_commands() const override { return {}; }
    Task<Result<UnitLook>> look(Time deadline) override;

  private:
    Argv words(const char* verb) const { return {program_.string(), "--quiet", unit_, verb}; }
    bool find_processes(UnitLook& look) const;

    std::string unit_;
    Path program_;
    Path run_;
    asio::any_io_executor executor_;
    Clock& clock_;
};

/// True when there are records of a process, also of one that is gone.
///
/// supervise-daemon keeps the daemon's pid in an option; start-stop-daemon's pid file is the
/// daemon itself. The supervisor comes first: it would restart what is killed before it.
bool OpenRc::find_processes(UnitLook& look) const {
    const Path supervisor = "supervise-" + unit_ + ".pid";
    const Path child = run_ / "openrc/options" / unit_ / "child_pid";
    std::vector<Path> files{run_ / supervisor, child, run_ / (unit_ + ".pid")};
    std::error_code error;
    const Path records = run_ / "openrc/daemons" / unit_;
    for (const auto& record : std::filesystem::directory_iterator(records, error))
        if (const auto file = pid_file_named_in(record.path())) files.push_back(*file);

    bool recorded = false;
    for (const auto& file : files) {
        recorded = recorded || std::filesystem::exists(file, error);
        const auto process = process_of_pid_file(file);
        if (!process) continue;
        look.processes.push_back(*process);
        if (file.filename() != supervisor && look.main_pid == 0) look.main_pid = process->pid;
    }
    const auto roots = look.processes;
    for (const auto& root : roots)
        for (const auto& process : descendants(root)) look.processes.push_back(process);
    return recorded;
}

Task<Result<UnitLook>> OpenRc::look(Time deadline) {
    const Argv argv = words("status");
    const auto answer = co_await run_command(executor_, clock_, argv, deadline);
    if (!answer) co_return answer.error();
    UnitLook look;
    const bool recorded = find_processes(look);
    switch (answer->exit_code) {
        case 0:
            look.state = ServiceState::running;
            break;
        case 3:
            look.state = ServiceState::stopped;
            break;
        case 4:
            look.state = ServiceState::stopping;
            break;
        case 8:
        case 16:  // "inactive": waits for something
            look.state = ServiceState::starting;
            break;
        case 32:  // "crashed"
        case 64:  // "unsupervised": supervise-daemon is gone, its daemon may live on
            look.state = ServiceState::failed;
            break;
        default:
            co_return Error{Errc::io, describe(argv, *answer)};
    }
    // OpenRC goes by its records: it may call started what was killed together with its supervisor.
    if (look.state == ServiceState::running && recorded && look.processes.empty())
        look.state = ServiceState::failed;
    co_return look;
}

}  // namespace

Result<std::unique_ptr<UnitManager>> make_openrc(const std::string& unit,
                                                 asio::any_io_executor executor, Clock& clock,
                                                 const std::vector<Path>& tools, const Path& run) {
    auto program = find_tool("rc-service", tools);
    if (!program) return program.error();
    return std::unique_ptr<UnitManager>(std::make_unique<OpenRc>(unit, std::move(program).value(),
                                                                 run, std::move(executor), clock));
}

}  // namespace zha
