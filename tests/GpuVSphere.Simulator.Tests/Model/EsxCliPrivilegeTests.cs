using System.Collections.Generic;
using System.Linq;
using System.Threading.Tasks;
using GpuVSphere.Simulator.Protocol;

namespace GpuVSphere.Simulator.Tests.Model;

/// <summary>What changes a host through esxcli takes a privilege, what reads takes none.</summary>
public sealed class EsxCliPrivilegeTests
{
    private const string Host = "new-80-01";

    [Theory]
    [InlineData("software.vib install", "Host.Config.Image")]
    [InlineData("software.vib update", "Host.Config.Image")]
    [InlineData("software.vib remove", "Host.Config.Image")]
    [InlineData("software.component apply", "Host.Config.Image")]
    [InlineData("software.component remove", "Host.Config.Image")]
    [InlineData("software.acceptance set", "Host.Config.Image")]
    [InlineData("graphics.host set", "Host.Config.Settings")]
    [InlineData("system.maintenanceMode set", "Host.Config.Maintenance")]
    [InlineData("system.module.parameters set", "Host.Config.Settings")]
    [InlineData("hardware.pci.pcipassthru set", "Host.Config.PciPassthru")]
    public async Task A_read_only_account_changes_nothing(string command, string privilege)
    {
        using SimulatorLab lab = SoftwareLab.Start();
        SimulatedFault fault = await Assert.ThrowsAsync<SimulatedFault>(() => ExecuteAsync(lab, command));
        Assert.Equal("NoPermission", fault.Detail.TypeName);
        Assert.Equal(privilege, fault.Detail["privilegeId"]);
        Assert.Equal(lab.Host(Host).Reference, fault.Detail["object"]);

        // With the privilege it is esxcli that answers: some want more arguments.
        Assert.NotNull(await ExecuteAsync(lab, command, privilege));
    }

    [Theory]
    [InlineData("software.vib list")]
    [InlineData("software.acceptance get")]
    [InlineData("graphics.host get")]
    [InlineData("system.module list")]
    public async Task A_read_only_account_reads(string command)
    {
        using SimulatorLab lab = SoftwareLab.Start();
        DataObject result = (DataObject)(await ExecuteAsync(lab, command))!;
        Assert.Null(result["fault"]);
        Assert.NotEmpty((string)result["response"]!);
    }

    [Fact]
    public void Every_command_that_does_more_than_read_asks_for_one()
    {
        using SimulatorLab lab = SoftwareLab.Start();
        foreach (string host in new[] { "new-67-01", "new-70-01", "new-80-01", "new-90-01" })
        {
            IEnumerable<string> free = lab.Inventory.EsxCliCommands(lab.Host(host).Reference)
                .Where(command => command.Privilege is null && command.Name is not ("get" or "list"))
                .Select(command => command.Namespace + " " + command.Name);
            Assert.Empty(free);
        }
    }

    private static async Task<object?> ExecuteAsync(SimulatorLab lab, string command, params string[] privileges)
    {
        SimulatedSession session = new("someone", "someone") { Privileges = privileges };
        MoRef executer = (MoRef)(await lab.CallAsync(session, lab.Host(Host), "RetrieveManagedMethodExecuter"))!;
        string[] parts = command.Split(' ');
        return await lab.CallAsync(
            session, lab.Simulator.World.Find(executer)!, "ExecuteSoap", ("moid", "ha-cli-handler-" + parts[0].Replace('.', '-')), ("version", "urn:vim25/5.0"), ("method", "vim.EsxCLI." + command.Replace(' ', '.')));
    }
}
