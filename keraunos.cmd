@echo off
rem Runs the keraunos command from this source tree; builds it first where it is missing or older than its sources.
rem JAVA_HOME chooses the JDK (17 or newer), KERAUNOS_JAVA_OPTS adds options of the JVM.
setlocal enableextensions disabledelayedexpansion

set "KERAUNOS_ROOT=%~dp0."
set "KERAUNOS_LAUNCH=%KERAUNOS_ROOT%\cli\target\launch"
set "jar=%KERAUNOS_ROOT%\cli\target\keraunos-cli.jar"

call :find_java || exit /b 3
set "flags=-XX:+UseSerialGC"
if %major% geq 24 set "flags=%flags% --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow"
call :is_built || call :build || exit /b 3
set "before="
set "brought="
set "failed="
for %%w in (%*) do call :wanted "%%~w"
if defined failed exit /b 3
set "archive=%KERAUNOS_LAUNCH%\classes-%version%.jsa"
if not exist "%archive%" call :archive
set "shared="
if exist "%archive%" set shared=-XX:SharedArchiveFile="%archive%"

"%java%" %shared% -Xshare:auto -Xlog:disable %flags% %KERAUNOS_JAVA_OPTS% -cp "%jar%;%classpath%" dev.keraunos.cli.Main %*
exit /b %errorlevel%

:find_java
set "java="
if defined JAVA_HOME (
  set "java=%JAVA_HOME%\bin\java.exe"
) else (
  for %%i in (java.exe) do set "java=%%~$PATH:i"
)
if not defined java echo keraunos: no java found; install a JDK 17 or newer, or set JAVA_HOME>&2& exit /b 3
if not exist "%java%" echo keraunos: no java at %java%; set JAVA_HOME to a JDK 17 or newer>&2& exit /b 3
call :setting java.specification.version major
call :setting java.version version
if not defined major set "major=0"
if %major% lss 17 echo keraunos: %java% is version %version%; Keraunos needs a JDK 17 or newer>&2& exit /b 3
exit /b 0

rem Puts a property of the JDK into a variable.
:setting
set "%2="
set "value="
for /f "tokens=1,* delims==" %%a in ('^""%java%" -XshowSettings:properties -version 2^>^&1 ^| findstr /c:" %1 ="^"') do set "value=%%b"
if defined value set "%2=%value:~1%"
exit /b 0

rem Fails where the build is missing, older than a source or pom, or names a jar that is gone.
:is_built
if not exist "%KERAUNOS_LAUNCH%\built" exit /b 1
if not exist "%jar%" exit /b 1
powershell -NoProfile -Command "$built = (Get-Item -LiteralPath (Join-Path $env:KERAUNOS_LAUNCH 'built')).LastWriteTimeUtc; $newer = Get-ChildItem -LiteralPath $env:KERAUNOS_ROOT -Recurse -File | Where-Object { $_.FullName -notmatch '\\target\\' -and ($_.Name -eq 'pom.xml' -or $_.FullName -match '\\src\\main\\') -and $_.LastWriteTimeUtc -gt $built } | Select-Object -First 1; if ($newer) { exit 1 }"
if errorlevel 1 exit /b 1
set "classpath="
if not exist "%KERAUNOS_LAUNCH%\classpath" exit /b 1
for /f "usebackq delims=" %%c in ("%KERAUNOS_LAUNCH%\classpath") do set "classpath=%%c"
if not defined classpath exit /b 1
for %%j in ("%classpath:;=" "%") do if not exist "%%~j" exit /b 1
exit /b 0

:build
echo keraunos: building from source first; this takes a minute or two, once>&2
call :make cli "%KERAUNOS_LAUNCH%" || exit /b 3
del /q "%KERAUNOS_LAUNCH%\*.jsa" 2>nul
call :is_built && exit /b 0
echo keraunos: the build left no complete class path in %KERAUNOS_LAUNCH%; see build.log there>&2
exit /b 3

rem Builds a module whose folder for the launcher is given.
:make
if not exist "%~2" mkdir "%~2" 2>nul
(type nul >"%~2\started") 2>nul
if not exist "%~2\started" echo keraunos: cannot write to %~2; build in a checkout that is writable>&2& exit /b 3
call :setting java.home JAVA_HOME
pushd "%KERAUNOS_ROOT%"
call mvnw.cmd -q -B -Dstyle.skip -DskipTests -pl %1 -am package <nul >"%~2\build.log" 2>&1
set "built=%errorlevel%"
popd
if not "%built%"=="0" type "%~2\build.log" >&2& echo keraunos: the build failed; it fetches libraries once, so if that failed above, run it where there is a network>&2& exit /b 3
move /y "%~2\started" "%~2\built" >nul
exit /b 0

rem Brings the engine that a command asks for and that is not downloaded before; a check of ONNX files asks for ONNX Runtime.
rem An equals sign parts words here as a space does.
:wanted
set "engine="
if "%~1"=="--check" set "engine=ort"
if "%before%"=="--engine" if "%~1"=="ort" set "engine=ort"
if "%before%"=="--engine" if "%~1"=="nd4j" set "engine=nd4j"
set "before=%~1"
if not defined engine exit /b 0
if "%brought%"=="%engine%" exit /b 0
set "brought=%engine%"
call :add_engine %engine% || set "failed=1"
exit /b 0

rem Adds an engine and its libraries to the class path.
:add_engine
set "KERAUNOS_ENGINE=%KERAUNOS_ROOT%\runtime\%1\target"
set "older=1"
if exist "%KERAUNOS_ENGINE%\launch\built" (
  powershell -NoProfile -Command "if ((Get-Item -LiteralPath (Join-Path $env:KERAUNOS_LAUNCH 'built')).LastWriteTimeUtc -gt (Get-Item -LiteralPath (Join-Path $env:KERAUNOS_ENGINE 'launch\built')).LastWriteTimeUtc) { exit 1 }" && set "older="
)
if defined older (
  echo keraunos: bringing the engine %1 first, once>&2
  call :make runtime/%1 "%KERAUNOS_ENGINE%\launch" || exit /b 3
)
set "more="
for /f "usebackq delims=" %%c in ("%KERAUNOS_ENGINE%\launch\classpath") do set "more=%%c"
if not defined more echo keraunos: there is no class path in %KERAUNOS_ENGINE%\launch; see build.log there>&2& exit /b 3
set "classpath=%classpath%;%KERAUNOS_ENGINE%\classes;%more%"
exit /b 0

rem An archive of loaded classes, which shortens later starts; where none can be written nor made the command runs without.
:archive
"%java%" -XX:ArchiveClassesAtExit="%archive%" -Xlog:disable %flags% -cp "%jar%;%classpath%" dev.keraunos.cli.Main doctor >nul 2>&1 <nul
exit /b 0
