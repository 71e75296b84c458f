//go:build amd64 || arm64

package worker

import (
	"errors"
	"fmt"
	"runtime"
	"unsafe"

	"golang.org/x/sys/unix"
)

// common are the system calls that the runtime needs once it runs; ofArch has those
// of one architecture. No file is opened, no program started, no socket made.
var common = []uint32{
	unix.SYS_READ, unix.SYS_WRITE, unix.SYS_CLOSE, unix.SYS_FCNTL,
	unix.SYS_MMAP, unix.SYS_MUNMAP, unix.SYS_MPROTECT, unix.SYS_MADVISE, unix.SYS_MINCORE, unix.SYS_BRK,
	unix.SYS_FUTEX, unix.SYS_NANOSLEEP, unix.SYS_CLOCK_NANOSLEEP, unix.SYS_CLOCK_GETTIME, unix.SYS_GETTIMEOFDAY,
	unix.SYS_SCHED_YIELD, unix.SYS_SCHED_GETAFFINITY, unix.SYS_GETPID, unix.SYS_GETTID, unix.SYS_TGKILL,
	unix.SYS_RT_SIGACTION, unix.SYS_RT_SIGPROCMASK, unix.SYS_RT_SIGRETURN, unix.SYS_SIGALTSTACK, unix.SYS_RESTART_SYSCALL,
	unix.SYS_EPOLL_CREATE1, unix.SYS_EPOLL_CTL, unix.SYS_EPOLL_PWAIT, unix.SYS_EVENTFD2, unix.SYS_PIPE2,
	unix.SYS_TIMER_CREATE, unix.SYS_TIMER_SETTIME, unix.SYS_TIMER_DELETE,
	unix.SYS_PRLIMIT64, unix.SYS_GETRANDOM, unix.SYS_RSEQ, unix.SYS_SET_ROBUST_LIST,
	unix.SYS_EXIT, unix.SYS_EXIT_GROUP,
}

// Of struct seccomp_data, seccomp(2): where the low half of the first argument stands.
const (
	atNumber = 0
	atArch   = 4
	atFirst  = 16
)

// filterCalls lets the system refuse all other calls, on every thread, and forbids
// that anything gets more rights. A system that knows no filter has the other limits.
func filterCalls() error {
	if sanitized {
		return nil
	}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return fmt.Errorf("worker: give up rights: %w", err)
	}
	program := filter()
	p := unix.SockFprog{Len: uint16(len(program)), Filter: &program[0]}
	_, _, e := unix.Syscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER, unix.SECCOMP_FILTER_FLAG_TSYNC, uintptr(unsafe.Pointer(&p)))
	runtime.KeepAlive(program)
	if e == 0 || errors.Is(e, unix.ENOSYS) || errors.Is(e, unix.EINVAL) || errors.Is(e, unix.EPERM) {
		return nil
	}
	return fmt.Errorf("worker: filter system calls: %w", e)
}

// filter is the program that judges each call: jumps count instructions.
func filter() []unix.SockFilter {
	allowed := append(append([]uint32{}, common...), ofArch...)
	f := []unix.SockFilter{
		load(atArch), equal(arch, 1, 0), answer(unix.SECCOMP_RET_KILL_PROCESS),
		// A thread may be made, a process not. Libraries try clone3, whose arguments
		// cannot be seen, and take clone where it is not there.
		load(atNumber), equal(unix.SYS_CLONE, 0, 4),
		load(atFirst), {Code: unix.BPF_JMP | unix.BPF_JSET | unix.BPF_K, K: unix.CLONE_THREAD, Jt: 0, Jf: 1},
		answer(unix.SECCOMP_RET_ALLOW), answer(unix.SECCOMP_RET_ERRNO | uint32(unix.EPERM)),
		equal(unix.SYS_CLONE3, 0, 1), answer(unix.SECCOMP_RET_ERRNO | uint32(unix.ENOSYS)),
	}
	for _, number := range allowed {
		f = append(f, equal(number, 0, 1), answer(unix.SECCOMP_RET_ALLOW))
	}
	return append(f, answer(unix.SECCOMP_RET_ERRNO|uint32(unix.EPERM)))
}

func load(at uint32) unix.SockFilter {
	return unix.SockFilter{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, K: at}
}

func equal(k uint32, then, otherwise uint8) unix.SockFilter {
	return unix.SockFilter{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, K: k, Jt: then, Jf: otherwise}
}

func answer(k uint32) unix.SockFilter {
	return unix.SockFilter{Code: unix.BPF_RET | unix.BPF_K, K: k}
}
