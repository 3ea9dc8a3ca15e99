#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>

#include "platform/config/config.hpp"
#include "tests/platform/directory.hpp"

namespace zha {
namespace {

Result<std::string> secret_of(const std::string& content, unsigned mode = 0600) {
    const TestDirectory directory;
    const Path file = directory.path() / "secret";
    std::ofstream(file) << content;
    EXPECT_EQ(chmod(file.c_str(), mode), 0);
    return read_secret(file);
}

TEST(Secret, IsTheFirstLineWithoutItsEnd) {
    for (const auto* text : {"swordfish", "swordfish\n", "swordfish\r\n", "swordfish\nmore\n"}) {
        const auto secret = secret_of(text);
        ASSERT_TRUE(secret) << secret.error().message;
        EXPECT_EQ(secret.value(), "swordfish");
    }
}

TEST(Secret, FileThatOthersMayReadIsRefused) {
    for (const unsigned mode : {0640u, 0604u, 0660u, 0601u}) {
        const auto secret = secret_of("swordfish\n", mode);
        ASSERT_FALSE(secret) << mode;
        EXPECT_EQ(secret.error().code, Errc::refused);
        EXPECT_EQ(secret.error().message.find("swordfish"), std::string::npos);
    }
}

TEST(Secret, ACheckNamesTheKeyAndTheFile) {
    const TestDirectory directory;
    const Path file = directory.path() / "secret";
    MqttConfig mqtt;
    EXPECT_TRUE(check_password(mqtt));
    mqtt.password_file = file;
    ControllerConfig controller;
    controller.traps = {{"127.0.0.1:162", {}}, {"127.0.0.1:163", file}};
    for (const auto& [status, key] :
         {std::pair{check_password(mqtt), "mqtt.password_file: "},
          std::pair{check_communities(controller), "controller.traps[1].community_file: "}}) {
        ASSERT_FALSE(status);
        EXPECT_EQ(status.error().message.find(key + file.string()), 0u) << status.error().message;
    }
}

TEST(Secret, EmptyOrEndlessFirstLineIsAnError) {
    EXPECT_FALSE(secret_of(""));
    EXPECT_FALSE(secret_of("\nswordfish\n"));
    EXPECT_FALSE(secret_of(std::string(5000, 'x')));
    EXPECT_FALSE(secret_of(std::string("a\0b\n", 4)));
}

TEST(Secret, DirectoryAndAbsentFileAreErrors) {
    const TestDirectory directory;
    chmod(directory.path().c_str(), 0700);
    EXPECT_FALSE(read_secret(directory.path()));
    const auto absent = read_secret(directory.path() / "absent");
    ASSERT_FALSE(absent);
    EXPECT_EQ(absent.error().code, Errc::not_found);
}

}  // namespace
}  // namespace zha
