@echo off
rem Runs the keraunos command. JAVA_HOME chooses the Java (17 or newer), KERAUNOS_JAVA_OPTS adds options of it.
setlocal enableextensions disabledelayedexpansion
set "home=%~dp0.."
set "java="
if defined JAVA_HOME (
  set "java=%JAVA_HOME%\bin\java.exe"
) else (
  for %%i in (java.exe) do set "java=%%~$PATH:i"
)
if not defined java echo keraunos: no java found; install Java 17 or newer, or set JAVA_HOME>&2& exit /b 3
if not exist "%java%" echo keraunos: no java at %java%; set JAVA_HOME to Java 17 or newer>&2& exit /b 3
set "major=0"
for /f "tokens=3" %%v in ('^""%java%" -version 2^>^&1 ^| findstr /c:" version "^"') do for /f "delims=." %%m in ("%%~v") do set "major=%%m"
if %major% lss 17 echo keraunos: %java% is version %major%; Keraunos needs Java 17 or newer>&2& exit /b 3
set "flags=-XX:+UseSerialGC -Xshare:auto"
if %major% geq 24 set "flags=%flags% --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow"
"%java%" %flags% %KERAUNOS_JAVA_OPTS% -cp "%home%\lib\*" dev.keraunos.cli.Main %*
exit /b %errorlevel%
