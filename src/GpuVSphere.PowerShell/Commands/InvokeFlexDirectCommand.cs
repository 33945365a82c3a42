using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Management.Automation;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Bitfusion;
using GpuVSphere.Changes;
using GpuVSphere.PowerShell.Session;
using GpuVSphere.Shell;

namespace GpuVSphere.PowerShell.Commands;

/// <summary>Runs a program in VMs with GPUs of FlexDirect.</summary>
[Cmdlet(VerbsLifecycle.Invoke, "FlexDirect", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium, DefaultParameterSetName = PoolSet)]
[OutputType(typeof(string), typeof(FlexDirectRun))]
public sealed class InvokeFlexDirectCommand : FlexDirectCmdlet
{
    private const string PoolSet = "Pool";
    private const string LocalSet = "Local";

    private bool _isOneOfSeveral;

    /// <summary>The program, as the guest's shell finds it, or its path in the guest.</summary>
    [Parameter(Position = 1, Mandatory = true)]
    [ValidateNotNullOrEmpty]
    public string Program { get; set; } = string.Empty;

    /// <summary>
    /// The program's arguments. Each reaches it as it is given, whatever characters are in it. One that begins with a dash goes in quotes or behind --:
    /// PowerShell takes it for a parameter otherwise, as -L for -Local.
    /// </summary>
    [Parameter(Position = 2)]
    [AllowEmptyString]
    public string[] ArgumentList { get; set; } = [];

    /// <summary>How many GPUs: 1 unless told otherwise.</summary>
    [Parameter(ParameterSetName = PoolSet)]
    public int GpuCount { get; set; }

    /// <summary>How much memory of each GPU, in MiB.</summary>
    [Parameter]
    public int MemoryMB { get; set; }

    /// <summary>Which part of each GPU, above 0 and up to 1: 0.5 is a half. With -MemoryMB only together with -Local.</summary>
    [Parameter]
    public double Partial { get; set; }

    /// <summary>Runs it on the server's own GPU (local) instead of on one of its servers (run).</summary>
    [Parameter(Mandatory = true, ParameterSetName = LocalSet)]
    public SwitchParameter Local { get; set; }

    /// <summary>Seconds after which the program is ended in the guest; without it, it may take as long as it likes.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int TimeLimitSeconds { get; set; }

    /// <summary>Gives an object with exit code, output and errors instead of the lines as they come, also where FlexDirect refused to run the program, or its time was over.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private FlexDirectRunRequest Request => new()
    {
        Program = Program,
        Arguments = [.. ArgumentList.Select(word => word ?? string.Empty)],
        IsLocal = Local,
        GpuCount = HasTyped(nameof(GpuCount)) ? GpuCount : null,
        MemoryMB = HasTyped(nameof(MemoryMB)) ? MemoryMB : null,
        Partial = HasTyped(nameof(Partial)) ? Partial : null,
        TimeLimit = HasTyped(nameof(TimeLimitSeconds)) ? TimeSpan.FromSeconds(TimeLimitSeconds) : null,
    };

    internal override bool PrepareTargets()
    {
        if (!base.PrepareTargets())
        {
            return false;
        }

        Request.Check();
        return true;
    }

    internal override async Task<IReadOnlyList<NamedVm>> ChooseAsync(IReadOnlyList<NamedVm> vms, PipelineRelay relay)
    {
        IReadOnlyList<NamedVm> chosen = await relay.AskAsync<IReadOnlyList<NamedVm>>(
            cmdlet => [.. vms.Where(vm => cmdlet.ShouldProcess(vm.Vm.Name, $"run {string.Join(" ", ArgumentList.Prepend(Program))} with {(Local ? "its own GPU" : "GPUs of FlexDirect")}"))]).ConfigureAwait(false);
        _isOneOfSeveral = chosen.Count > 1;
        return chosen;
    }

    internal override async Task ReadAsync(PlanTarget vm, IGuestShell shell, PipelineRelay relay, CancellationToken cancellationToken)
    {
        if (_isOneOfSeveral && !PassThru)
        {
            // Lines do not tell whose they are; who looks at them wants to know, and a pipeline gets the lines alone.
            relay.Show(vm.Name + ":");
        }

        FlexDirectRun run;
        try
        {
            run = await FlexDirectReader.RunAsync(vm, shell, Request, PassThru ? null : line => relay.Output(line), cancellationToken).ConfigureAwait(false);
        }
        catch (FlexDirectRunTimeoutException late)
        {
            // What it did until then is worth as much as what one did that came to its end.
            if (PassThru)
            {
                relay.Output(late.Run);
            }

            relay.Error(late);
            return;
        }

        if (PassThru)
        {
            relay.Output(run);
        }

        if (run.Refusal is { } refusal)
        {
            relay.Error(refusal);
        }
        else if (run.ExitCode is { } exitCode && exitCode != 0)
        {
            relay.Error(new GpuVSphereException(
                "FlexDirectRunFailed",
                GpuErrorCategory.OperationFailed,
                $"{Program} on {vm.Name} ended with {exitCode.ToString(CultureInfo.InvariantCulture)}.",
                vm.Name,
                Advice(exitCode)));
        }
    }

    private string? Advice(int exitCode)
    {
        const int NotFound = 127;
        return exitCode == NotFound ? "That is the shell's word for a program that it does not find: name one on the guest's PATH, or by its path there; its arguments go apart, with -ArgumentList."
            : Local ? "-Local takes the VM's own GPU, and an unquoted -L is -Local: options of the program go in quotes, or behind --."
            : PassThru ? null : "With -PassThru its exit code and lines are an object.";
    }
}
