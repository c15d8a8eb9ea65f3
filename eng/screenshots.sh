#!/usr/bin/env bash
# Makes the pictures of the documents from the real app: runs the tests that look at every screen, and takes what the documents show.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/.."
source eng/needs.sh
need_to_test yes
source eng/build.sh
build_programs
rm -rf artifacts/screenshots
dotnet test tests/TalkyWalky.Browser.Tests -c Release --nologo -v quiet --filter 'FullyQualifiedName~ScreenTests'
mkdir -p docs/guide/pictures
grep -oh 'pictures/[a-z0-9-]*\.png' docs/guide/app.md README.md | sort -u | while read -r picture; do
  cp "artifacts/screenshots/${picture#pictures/}" "docs/guide/$picture"
done
ls -l docs/guide/pictures
