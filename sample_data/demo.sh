#!/bin/sh
# The main job on the sample workbooks; nothing leaves this computer. usage: demo.sh PROVKIT
set -eu
provkit=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

if [ -t 1 ]; then bold=$(printf '\033[1m') plain=$(printf '\033[0m'); else bold= plain=; fi
step() { printf '\n%s$ provkit %s%s\n' "$bold" "$*" "$plain"; }

step build sample_data/roster.xlsx -o out --notify
"$provkit" build sample_data/roster.xlsx -o "$work/out" --notify
step validate out
"$provkit" validate "$work/out" --notify
step send out --env sandbox --notify
"$provkit" send "$work/out" --env sandbox --notify

printf '\nNow the same with a workbook that has the mistakes that really occur:\n'
step validate sample_data/broken.xlsx
"$provkit" validate sample_data/broken.xlsx && exit 1 || test $? -eq 1
printf '\nThat is exit code 1: nothing was written, and nothing was sent. See what each code means: provkit explain PK201\n'
