# Builds dist/talkywalkyd and dist/talkywalky when a source is newer than they are. Sourced by start and test.

programs_are_current() {
  [ -x dist/talkywalkyd ] && [ -x dist/talkywalky ] && [ -e dist/.built ] || return 1
  [ -z "$(find src proto eng Directory.Build.props Directory.Packages.props global.json -newer dist/.built -type f -not -path '*/node_modules/*' -print -quit)" ]
}

build_programs() {
  programs_are_current && return 0
  echo "Building the programs (about a minute the first time) ..." >&2
  mkdir -p artifacts
  local log=$PWD/artifacts/build.log project
  : >"$log"
  for project in TalkyWalky.Server TalkyWalky.Cli; do
    if ! dotnet publish "src/$project" -c Release -o dist --nologo -v quiet >>"$log" 2>&1; then
      grep -E 'error' "$log" | sort -u | head -n 20 >&2
      echo "The build failed; the whole log is artifacts/build.log" >&2
      return 1
    fi
  done
  touch dist/.built
}
