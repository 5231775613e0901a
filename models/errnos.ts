/** Error numbers, as include/uapi/asm-generic/errno-base.h and errno.h have them. */

/** What commands say of themselves. */
const SAID = {
  EPERM: 1,
  ENOENT: 2,
  ESRCH: 3,
  EIO: 5,
  ENXIO: 6,
  E2BIG: 7,
  EBADF: 9,
  ECHILD: 10,
  EAGAIN: 11,
  ENOMEM: 12,
  EACCES: 13,
  EFAULT: 14,
  EBUSY: 16,
  EEXIST: 17,
  EXDEV: 18,
  ENODEV: 19,
  ENOTDIR: 20,
  EISDIR: 21,
  EINVAL: 22,
  EMFILE: 24,
  ENOTTY: 25,
  ENOSPC: 28,
  EPIPE: 32,
  ERANGE: 34,
  ENAMETOOLONG: 36,
  ENOTEMPTY: 39,
  ELOOP: 40,
  ENODATA: 61,
  ENOLINK: 67,
  EPROTO: 71,
  EOVERFLOW: 75,
  EBADFD: 77,
  EOPNOTSUPP: 95,
  EAFNOSUPPORT: 97,
  EINPROGRESS: 115,
  ESTALE: 116,
  ENOTSUPP: 524,
} as const;

/** What a process hears only where a program sets it (bpf_set_retval). */
const SET_BY_PROGRAMS = {
  EINTR: 4,
  ENFILE: 23,
  EFBIG: 27,
  ESPIPE: 29,
  EROFS: 30,
  EMLINK: 31,
  EDOM: 33,
  ENOSYS: 38,
  EUNATCH: 49,
  EDESTADDRREQ: 89,
  ENOPROTOOPT: 92,
  EPROTONOSUPPORT: 93,
  EADDRINUSE: 98,
  EADDRNOTAVAIL: 99,
  ENETUNREACH: 101,
  ECONNABORTED: 103,
  ECONNRESET: 104,
  ENOBUFS: 105,
  EISCONN: 106,
  ENOTCONN: 107,
  ETIMEDOUT: 110,
  ECONNREFUSED: 111,
  EHOSTUNREACH: 113,
  EALREADY: 114,
} as const;

const NUMBERS = { ...SAID, ...SET_BY_PROGRAMS };

export type Errno = keyof typeof NUMBERS;

export const ERRNOS = Object.keys(NUMBERS) as readonly Errno[];
export const ERRNOS_OF_PROGRAMS = Object.keys(SET_BY_PROGRAMS) as readonly Errno[];

export const numberOfErrno = (errno: Errno): number => NUMBERS[errno];

/** Undefined: a number that the models have no name for. */
export const errnoWithNumber = (number: number): Errno | undefined => ERRNOS.find((name) => NUMBERS[name] === number);
