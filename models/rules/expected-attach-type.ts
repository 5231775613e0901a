/** What a program was loaded for: `prog->expected_attach_type`. Kernel: kernel/bpf/syscall.c bpf_prog_load_fixup_attach_type. Facts cgroup 5.2. */
import type { Program } from '../kernel.ts';
import type { Template } from '../objects/program.ts';

/** What a load without expected_attach_type is fixed up to. */
const FIXED_UP: Readonly<Record<string, string>> = {
  cgroup_sock: 'cgroup_inet_sock_create',
  cgroup_skb: 'cgroup_inet_ingress',
};

export const expected = (template: Template): string | null =>
  template.expectedAttachType ?? FIXED_UP[template.type] ?? null;

/** 0 where nothing was said: the number of cgroup_inet_ingress. */
export const attachTypeOf = ({ template }: Program): string => expected(template) ?? 'cgroup_inet_ingress';
