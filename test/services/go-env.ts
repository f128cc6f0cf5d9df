/** The environment of every `go` command here: no C compiler, no enclosing workspace, no version control. */
export const goEnv = {
  CGO_ENABLED: '0',
  GOWORK: 'off',
  GOFLAGS: '-buildvcs=false',
} as const;
