/* What: a preload library that makes pseudo-terminals look like serial ports with modem lines.
 * Why: programs under test open them through libserialport, which only knows what is listed under
 *      /sys/class/tty, and set DTR and RTS, which a pseudo-terminal does not have.
 * Contract: only names "pts/<n>" under /sys/class/tty and descriptors of /dev/pts/<n> are touched.
 *      Each setting of lines is one datagram "lines /dev/pts/<n> dtr=0|1 rts=0|1" to the UNIX
 * socket named by ZHA_PTY_LINES (none set: nobody is told). Opening raises both, like a real port.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum { MAX_PTS = 4096, LINES = TIOCM_DTR | TIOCM_RTS };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int lines_of[MAX_PTS]; /* as last set; 0 = nobody has it open here */

static const char kClass[] = "/sys/class/tty/pts/";

/* The number of the terminal behind a descriptor, or -1. */
static int pts_of(int fd) {
    char link[64], name[64];
    int number = -1;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t size = readlink(link, name, sizeof name - 1);
    if (size <= 0) return -1;
    name[size] = 0;
    if (sscanf(name, "/dev/pts/%d", &number) != 1) return -1;
    return number >= 0 && number < MAX_PTS ? number : -1;
}

static void tell(int number, int lines) {
    const char* path = getenv("ZHA_PTY_LINES");
    struct sockaddr_un to = {.sun_family = AF_UNIX};
    char text[80];
    if (!path || strlen(path) >= sizeof to.sun_path) return;
    strcpy(to.sun_path, path);
    int out = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (out < 0) return;
    int size = snprintf(text, sizeof text, "lines /dev/pts/%d dtr=%d rts=%d", number,
                        !!(lines & TIOCM_DTR), !!(lines & TIOCM_RTS));
    (void)sendto(out, text, (size_t)size, MSG_DONTWAIT, (struct sockaddr*)&to, sizeof to);
    close(out);
}

static void set_lines(int number, int lines) {
    pthread_mutex_lock(&lock);
    lines_of[number] = lines;
    pthread_mutex_unlock(&lock);
    tell(number, lines); /* always: another program may have changed them meanwhile */
}

static int modem(int number, unsigned long request, int* value) {
    int now = lines_of[number] & LINES;
    switch (request) {
        case TIOCMGET:
            *value = now | TIOCM_CTS | TIOCM_DSR | TIOCM_CAR;
            return 0;
        case TIOCMSET:
            set_lines(number, *value & LINES);
            return 0;
        case TIOCMBIS:
            set_lines(number, now | (*value & LINES));
            return 0;
        default: /* TIOCMBIC */
            set_lines(number, now & ~*value & LINES);
            return 0;
    }
}

int ioctl(int fd, unsigned long request, ...) {
    static int (*real)(int, unsigned long, ...);
    va_list arguments;
    va_start(arguments, request);
    void* argument = va_arg(arguments, void*);
    va_end(arguments);
    if (!real) *(void**)&real = dlsym(RTLD_NEXT, "ioctl");
    if (request == TIOCMGET || request == TIOCMSET || request == TIOCMBIS || request == TIOCMBIC) {
        int number = pts_of(fd);
        if (number >= 0) return modem(number, request, argument);
    }
    return real(fd, request, argument);
}

static int is_class_entry(const char* path) {
    return path && strncmp(path, kClass, sizeof kClass - 1) == 0;
}

static int fake_link(const char* path, struct stat* out) {
    char device[64];
    const char* number = path + sizeof kClass - 1;
    snprintf(device, sizeof device, "/dev/pts/%.16s", number);
    struct stat real;
    if (strchr(number, '/') || stat(device, &real) != 0) {
        errno = ENOENT;
        return -1;
    }
    memset(out, 0, sizeof *out);
    out->st_mode = S_IFLNK | 0777;
    return 0;
}

int lstat(const char* path, struct stat* out) {
    static int (*real)(const char*, struct stat*);
    if (is_class_entry(path)) return fake_link(path, out);
    if (!real) *(void**)&real = dlsym(RTLD_NEXT, "lstat");
    return real(path, out);
}

/* Before glibc 2.33 lstat() was this one. */
int __lxstat(int version, const char* path, struct stat* out) {
    static int (*real)(int, const char*, struct stat*);
    if (is_class_entry(path)) return fake_link(path, out);
    if (!real) *(void**)&real = dlsym(RTLD_NEXT, "__lxstat");
    return real(version, path, out);
}

ssize_t readlink(const char* path, char* out, size_t size) {
    static ssize_t (*real)(const char*, char*, size_t);
    static const char target[] = "../../devices/virtual/tty/pts";
    if (!real) *(void**)&real = dlsym(RTLD_NEXT, "readlink");
    if (!is_class_entry(path)) return real(path, out, size);
    size_t length = sizeof target - 1 < size ? sizeof target - 1 : size;
    memcpy(out, target, length);
    return (ssize_t)length;
}

/* A real port raises both lines when it is opened. */
static int opened(int fd) {
    int number = fd >= 0 ? pts_of(fd) : -1;
    if (number >= 0 && isatty(fd)) set_lines(number, LINES);
    return fd;
}

#define OPEN(name)                                           \
    int name(const char* path, int flags, ...) {             \
        static int (*real)(const char*, int, ...);           \
        va_list arguments;                                   \
        va_start(arguments, flags);                          \
        mode_t mode = (mode_t)va_arg(arguments, int);        \
        va_end(arguments);                                   \
        if (!real) *(void**)&real = dlsym(RTLD_NEXT, #name); \
        int fd = real(path, flags, mode);                    \
        if (strncmp(path, "/dev/", 5) != 0) return fd;       \
        int keep = errno;                                    \
        opened(fd);                                          \
        errno = keep;                                        \
        return fd;                                           \
    }

OPEN(open)
OPEN(open64)

/* What open() becomes in a hardened build. */
int __open_2(const char* path, int flags) {
    return open(path, flags);
}
int __open64_2(const char* path, int flags) {
    return open64(path, flags);
}
