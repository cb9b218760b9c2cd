#!/bin/sh
# Chromium for the browser tests: Debian's own package where there is one, else the build that Playwright brings.
set -eu
bin=$1

if command -v chromium >/dev/null 2>&1; then
    exit 0
fi

as_root=""
if [ "$(id -u)" -ne 0 ]; then
    as_root="sudo"
fi

if [ -r /etc/os-release ] && grep -q '^ID=debian' /etc/os-release; then
    echo "Installing Chromium for the browser tests ..."
    $as_root apt-get update -qq
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium >/dev/null
else
    "$bin/playwright" install --with-deps chromium
fi
