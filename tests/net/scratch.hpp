// What: a directory of its own for one test, removed with everything in it.
// Why: tests run side by side and leave nothing behind.
// Contract: path() exists, mode 0700, empty, until the object goes away.
#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

namespace zha::test {

class Scratch {
  public:
    Scratch() {
        std::string name = (std::filesystem::temp_directory_path() / "zha-net-XXXXXX").string();
        if (mkdtemp(name.data())) path_ = name;
    }
    ~Scratch() {
        std::error_code ignored;
        if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
    }
    Scratch(const Scratch&) = delete;
    Scratch& operator=(const Scratch&) = delete;

    const std::filesystem::path& path() const { return path_; }
    std::filesystem::path operator/(const std::string& name) const { return path_ / name; }

  private:
    std::filesystem::path path_;
};

inline void write_file(const std::filesystem::path& file, const std::string& text,
                       mode_t mode = 0600) {
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary) << text;
    ASSERT_EQ(chmod(file.c_str(), mode), 0) << file;
}

inline std::string read_file(const std::filesystem::path& file) {
    std::ostringstream text;
    text << std::ifstream(file, std::ios::binary).rdbuf();
    return text.str();
}

inline mode_t mode_of(const std::filesystem::path& file) {
    struct stat info{};
    return stat(file.c_str(), &info) == 0 ? info.st_mode & 07777 : 0;
}

}  // namespace zha::test
