#include "sys/terminal_line.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <utility>

#include "base/text.h"
#include "sys/descriptor.h"
#include "sys/programs.h"

namespace runtask::sys {
namespace {

constexpr std::size_t kLineBytesMax = 4096;  // What a terminal takes as one line, too.

class Question final : public Pending {
 public:
  Question(EventLoop& loop, std::function<void(Result<std::string>)> done)
      : loop_(loop), done_(std::move(done)) {}

  void start(const std::string& prompt, Duration patience) {
    terminal_ = Descriptor(::open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK));
    std::string why;
    if (!terminal_.is_open() || !write_all(terminal_.get(), prompt, why)) {
      timer_ = loop_.after(Duration(0), [this] {
        end(fail(Code::kUnavailable, "there is no terminal where it could be asked for"));
      });
      return;
    }
    readable_ = loop_.when_readable(terminal_.get(), [this] { read(); });
    timer_ = loop_.after(patience, [this] {
      end(fail(Code::kTimeout, "nothing was typed on the terminal in time"));
    });
  }

 private:
  void read() {
    std::array<char, 256> bytes{};
    const auto count = ::read(terminal_.get(), bytes.data(), bytes.size());
    if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (count > 0) line_.append(bytes.data(), static_cast<std::size_t>(count));
    const auto newline = line_.find('\n');
    if (newline != std::string::npos) return end(std::string(trimmed(line_.substr(0, newline))));
    if (count <= 0 || line_.size() > kLineBytesMax)
      end(fail(Code::kUnavailable, "the terminal's input ended"));
  }

  void end(Result<std::string> result) {
    readable_.reset();
    timer_.reset();
    const auto done = std::move(done_);  // It may destroy this.
    done(std::move(result));
  }

  EventLoop& loop_;
  std::function<void(Result<std::string>)> done_;
  Descriptor terminal_;
  std::string line_;
  PendingPtr readable_;  // After the descriptor, which it must not outlive.
  PendingPtr timer_;
};

}  // namespace

PendingPtr ask_on_terminal(EventLoop& loop, const std::string& prompt, Duration patience,
                           std::function<void(Result<std::string>)> done) {
  auto question = std::make_unique<Question>(loop, std::move(done));
  question->start(prompt, patience);
  return question;
}

}  // namespace runtask::sys
