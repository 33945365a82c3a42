using System;
using System.Diagnostics;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Shell;
using GpuVSphere.Simulator.Model.Guest;
using GpuVSphere.Simulator.Tests.Model;
using GpuVSphere.Vim;

namespace GpuVSphere.Simulator.Tests.Guest;

/// <summary>The shell of a simulated guest, beside the real /bin/sh of this machine wherever there is one.</summary>
public class SimulatedShellTests
{
    public static TheoryData<string> Scripts =>
    [
        "echo one two  three",
        "echo 'single $HOME' \"double $((\" 2>/dev/null; echo after",
        "printf '%s-%s\\n' a b c",
        "true && echo yes || echo no; false && echo yes || echo no",
        "x=5; y=\"$x$x\"; echo \"$y\" '$y' ${x} ${z:-none} $?",
        "false; echo $?; (exit 3); echo $?; sh -c 'exit 4'; echo $?",
        "echo a | cat | cat; echo b >&2; { echo c; echo d >&2; } 2>/dev/null",
        "d=$(mktemp -d); echo text > $d/f; echo more >> $d/f; cat < $d/f; wc -l < $d/f | tr -d ' '; rm -rf $d; test -e $d || echo gone",
        "if [ -d /tmp ] && [ ! -f /tmp ]; then echo folder; elif true; then echo never; else echo no; fi",
        "for i in a 'b c' d; do echo \"<$i>\"; done; set -- x y; i=0",
        "w='a  b'; echo $w; echo \"$w\"; for i in $w; do echo \"[$i]\"; done",
        "nonexistent-program 2>/dev/null; echo $?",
        "echo $(echo inner $(echo deep)) `echo back`",
        "printf 'b\\na\\nb\\n' | sort | uniq | head -n 1",
        "printf 'one\\ntwo\\nthree\\n' | grep -c t; printf 'x\\n' | grep -q y; echo $?",
        "printf 'k = v # c\\n' | sed 's/ *#.*//' ; printf 'a:b:c\\n' | cut -d : -f 2",
        "exec 3>&1; echo through >&3; exec 3>&-",
        "echo first; exit 7; echo never",
        "! true; echo $?; ! false; echo $?",
        "a='*'; echo \"$a\"; echo '*'; echo \\*",
        "echo a#b # comment\necho c",
        "echo line1 \\\n line2",
        "sh -c 'echo $0 $1 \"$#\"' zero one; sh -c 'for a in \"$@\"; do echo \"($a)\"; done' z 'p q' r",
        "i=0; while [ $i -ne 2 ]; do echo $i; if [ $i -eq 0 ]; then i=1; else i=2; fi; done",
        "sleep 0 & p=$!; wait $p; echo $?",
        "printf 'pw\\nrest\\n' | { IFS= read -r x; cat; }",
        "printf '%s\\n' \"quote \\\" dollar \\$ back \\\\ tick \\` n \\n\"",
        "set -- x 'y z'; echo $# $2; shift; echo \"$1\"",
        "cd /tmp && pwd; echo $PWD; (cd / && pwd); pwd",
    ];

    [Theory]
    [MemberData(nameof(Scripts))]
    public async Task TheSimulatedShell_SaysAndEnds_AsARealOneDoes(string script)
    {
        using var guests = new SimulatorLab(new SimulatorOptions { ClockSpeed = 1000 });
        using IGuestShell shell = await OpenAsync(guests, "web-01");

        ShellResult simulated = await shell.RunAsync(new GuestCommand(script), CancellationToken.None);

        (int status, string output) = await RealAsync(script);
        Assert.Equal((status, output), (simulated.ExitCode, simulated.Output));
    }

    [Theory]
    [InlineData("echo 'open")]
    [InlineData("if true; then echo x")]
    [InlineData("echo a | | b")]
    [InlineData("a && ")]
    [InlineData("case x in x) echo;; esac")]
    public async Task TheSimulatedShell_RefusesWhatItCannotRead(string script)
    {
        using var guests = new SimulatorLab(new SimulatorOptions { ClockSpeed = 1000 });
        using IGuestShell shell = await OpenAsync(guests, "web-01");

        ShellResult result = await shell.RunAsync(new GuestCommand(script), CancellationToken.None);

        Assert.Equal(2, result.ExitCode);
        Assert.Contains("yntax error", result.Error, StringComparison.Ordinal);
    }

    internal static Task<IGuestShell> OpenAsync(SimulatorLab lab, string vm, string user = "admin")
    {
        VimObjectId id = new(lab.Inventory.Profile.InstanceUuid.ToString(), new ManagedObjectReference("VirtualMachine", lab.Raw.Vm(vm).MoRef));
        SimulatedGuest guest = lab.Vm(vm).Guest;

        // Nobody goes into Windows by SSH; a test may be there all the same.
        return guest.Family == GuestFamily.Windows
            ? Task.FromResult<IGuestShell>(new SimulatedGuestShell(guest, guest.User(user)!))
            : lab.Simulator.GuestsAs(user, SimulatorUser.DefaultPassword).OpenAsync(new GuestAddress(id, vm, guest.Address, null), CancellationToken.None);
    }

    private static async Task<(int Status, string Output)> RealAsync(string script)
    {
        ProcessStartInfo start = new("/bin/sh") { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add(script);
        using Process process = Process.Start(start)!;
        process.StandardInput.Close();
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = await process.StandardOutput.ReadToEndAsync();
        await errors;
        await process.WaitForExitAsync();
        return (process.ExitCode, output);
    }
}
