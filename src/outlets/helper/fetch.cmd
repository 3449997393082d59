@echo off
rem STS Sessions for AWS: runs the helper with the editor's own Node. The file "node" names it; a path below the
rem profile is written there with %LOCALAPPDATA%, so that this file reads the same in every code page.
setlocal
set "sts_sessions_node="
set /p sts_sessions_node=<"%~dp0node"
if not defined sts_sessions_node (
  echo STS Sessions needs a VS Code window that was opened on this machine since the last update. 1>&2
  exit /b 1
)
call set "sts_sessions_node=%sts_sessions_node%"
set ELECTRON_RUN_AS_NODE=1
rem The managed profiles pass "id" and the id of a session, or nothing.
"%sts_sessions_node%" "%~dp0fetch.cjs" %1 %2
exit /b %errorlevel%
