# Makes a village station of an old PC with Windows 10 or 11. Run in a PowerShell as administrator, in the
# checkout:
#
#   powershell -ExecutionPolicy Bypass -File deploy\windows\station.ps1 -Code 371721105201 -Name 东湖村 `
#       -TownshipUrl https://sanwu.example.cn -EnrolCode XXXX-XXXX-XXXX -Officer 孙丽华
#
# Needs Python 3.11 or newer from python.org ("for all users"). May be run again: it updates the program
# beside the running one and goes back where the new one does not answer. Data is in C:\ProgramData\Sanwu.
[CmdletBinding()]
param(
    [Parameter(Mandatory = $true)][ValidatePattern('^\d{12}$')][string]$Code,
    [Parameter(Mandatory = $true)][string]$Name,
    [ValidateSet('village', 'township')][string]$Role = 'village',
    [string]$TownshipUrl = '',
    [string]$EnrolCode = '',
    [string]$Officer = '',
    [string]$Screen = '大厅',
    [int]$Port = 8000,
    [string]$BackupTo = ''
)
$ErrorActionPreference = 'Stop'
$env:PYTHONUTF8 = '1'
$source = Split-Path (Split-Path $PSScriptRoot)
$base = 'C:\ProgramData\Sanwu'
$node = Join-Path $base 'node'
$current = Join-Path $base 'current.txt'

function Say($words) { Write-Host "== $words" }
function Test-Node {
    foreach ($n in 1..60) {
        try {
            $answer = Invoke-WebRequest -UseBasicParsing -TimeoutSec 5 "http://127.0.0.1:$Port/healthz"
            if ($answer.StatusCode -eq 200) { return $true }
        } catch { Start-Sleep -Seconds 1 }
    }
    return $false
}
function Restart-Node {
    Stop-ScheduledTask -TaskName 'Sanwu' -ErrorAction SilentlyContinue
    Get-CimInstance Win32_Process -Filter "Name = 'python.exe' OR Name = 'kiosk.exe'" |
        Where-Object { $_.CommandLine -like "*$node*" } |
        ForEach-Object { Stop-Process -Id $_.ProcessId -Force -ErrorAction SilentlyContinue }
    Start-ScheduledTask -TaskName 'Sanwu'
}
function Invoke-Kiosk { & (Join-Path $base "$(Get-Content $current)\Scripts\kiosk.exe") @args }

New-Item -ItemType Directory -Force $base | Out-Null
# The key of the node is for administrators and the system alone.
icacls $base /inheritance:r /grant '*S-1-5-18:(OI)(CI)F' '*S-1-5-32-544:(OI)(CI)F' | Out-Null

Say 'the program'
$before = if (Test-Path $current) { Get-Content $current } else { '' }
$slot = if ($before -eq 'a') { 'b' } else { 'a' }
$venv = Join-Path $base $slot
if (Test-Path $venv) { Remove-Item -Recurse -Force $venv }
py -3 -m venv $venv
& "$venv\Scripts\pip.exe" install --quiet --require-hashes -r (Join-Path $source 'requirements\runtime.txt')
if ($LASTEXITCODE) { throw 'the packages could not be installed' }
& "$venv\Scripts\pip.exe" install --quiet --no-deps $source
if ($LASTEXITCODE) { throw 'the program could not be installed' }
Set-Content $current $slot

if (-not (Test-Path (Join-Path $node 'node.toml'))) {
    Say 'the node'
    Invoke-Kiosk init $node --role $Role --code $Code --name $Name
    if ($LASTEXITCODE) { throw 'the node could not be made' }
    $account = if ($Role -eq 'village') { 'officer' } else { 'supervisor' }
    if ($Officer) { Invoke-Kiosk account add $node $Officer --role $account }
}
if ($TownshipUrl -and $EnrolCode -and -not (Select-String -Quiet '^\[upstream\]' (Join-Path $node 'node.toml'))) {
    Say "joining $TownshipUrl"
    Invoke-Kiosk enrol $node $TownshipUrl $EnrolCode
}

Say 'the service'
# A small loop keeps it running: Windows starts a task anew at most once a minute.
$runner = Join-Path $base 'serve.cmd'
@"
@echo off
set PYTHONUTF8=1
:again
set /p SLOT=<"$current"
"$base\%SLOT%\Scripts\kiosk.exe" serve "$node" --host 127.0.0.1 --port $Port >> "$base\log.txt" 2>&1
timeout /t 5 /nobreak >nul
goto again
"@ | Set-Content -Encoding Default $runner
$settings = New-ScheduledTaskSettingsSet -AllowStartIfOnBatteries -DontStopIfGoingOnBatteries `
    -ExecutionTimeLimit 0 -RestartCount 999 -RestartInterval (New-TimeSpan -Minutes 1) -StartWhenAvailable
$system = New-ScheduledTaskPrincipal -UserId 'S-1-5-18' -RunLevel Highest
Register-ScheduledTask -Force -TaskName 'Sanwu' -Principal $system -Settings $settings `
    -Action (New-ScheduledTaskAction -Execute 'cmd.exe' -Argument "/c `"$runner`"") `
    -Trigger (New-ScheduledTaskTrigger -AtStartup) | Out-Null

Say 'backups, every night'
$copies = if ($BackupTo) { $BackupTo } else { Join-Path $base 'backups' }
New-Item -ItemType Directory -Force $copies | Out-Null
$saver = Join-Path $base 'backup.ps1'
@"
`$env:PYTHONUTF8 = '1'
`$slot = Get-Content '$current'
`$file = Join-Path '$copies' ("{0:yyyy-MM-dd}.zip" -f (Get-Date))
if (-not (Test-Path `$file)) { & (Join-Path '$base' "`$slot\Scripts\kiosk.exe") backup '$node' `$file }
Get-ChildItem '$copies' -Filter '20??-??-??.zip' | Sort-Object Name -Descending | Select-Object -Skip 14 | Remove-Item
"@ | Set-Content -Encoding UTF8 $saver
Register-ScheduledTask -Force -TaskName 'Sanwu backup' -Principal $system `
    -Settings (New-ScheduledTaskSettingsSet -StartWhenAvailable) `
    -Action (New-ScheduledTaskAction -Execute 'powershell.exe' -Argument "-ExecutionPolicy Bypass -File `"$saver`"") `
    -Trigger (New-ScheduledTaskTrigger -Daily -At 2:20am) | Out-Null

Restart-Node
if (-not (Test-Node)) {
    if ($before) {
        Say 'the new program does not answer: going back'
        Set-Content $current $before
        Restart-Node
    }
    throw "the node does not answer; see $base\log.txt"
}

if ($Role -eq 'village' -and $Screen) {
    Say 'the screen'
    $edge = @("${env:ProgramFiles(x86)}\Microsoft\Edge\Application\msedge.exe",
        "$env:ProgramFiles\Microsoft\Edge\Application\msedge.exe",
        "$env:ProgramFiles\Google\Chrome\Application\chrome.exe") | Where-Object { Test-Path $_ } | Select-Object -First 1
    if (-not $edge) { throw 'neither Edge nor Chrome is installed' }
    $startup = [Environment]::GetFolderPath('CommonStartup')
    $shell = New-Object -ComObject WScript.Shell
    $link = $shell.CreateShortcut((Join-Path $startup 'Sanwu screen.lnk'))
    $link.TargetPath = $edge
    $address = "http://127.0.0.1:$Port/?screen=$([uri]::EscapeDataString($Screen))"
    $link.Arguments = "--kiosk `"$address`" --edge-kiosk-type=fullscreen --no-first-run --noerrdialogs " +
        '--disable-pinch --overscroll-history-navigation=0 --autoplay-policy=no-user-gesture-required'
    $link.Save()
    # The display stays on; swipes from the edge lead nowhere.
    powercfg /change monitor-timeout-ac 0
    powercfg /change standby-timeout-ac 0
    New-Item -Force 'HKLM:\SOFTWARE\Policies\Microsoft\Windows\EdgeUI' | Out-Null
    Set-ItemProperty 'HKLM:\SOFTWARE\Policies\Microsoft\Windows\EdgeUI' AllowEdgeSwipe 0 -Type DWord
}
Invoke-Kiosk doctor $node --port $Port
Say "done: $Name ($Code). Log the screen's user in by itself (netplwiz) and restart."
