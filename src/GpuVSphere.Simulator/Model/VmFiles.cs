using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text;

namespace GpuVSphere.Simulator.Model;

/// <summary>The files of a VM other than its logs.</summary>
internal static class VmFiles
{
    public static void Create(VirtualMachine vm)
    {
        string stem = vm.DirectoryName + "/" + vm.DirectoryName;
        vm.Datastore.PutComputed(stem + ".vmx", () => Encoding.UTF8.GetBytes(Vmx(vm)));
        vm.Datastore.PutComputed(stem + ".vmdk", () => Encoding.UTF8.GetBytes("# Disk DescriptorFile\nversion=1\ncreateType=\"vmfs\"\nRW 83886080 VMFS \"" + vm.DirectoryName + "-flat.vmdk\"\n"));
        vm.Datastore.PutComputed(stem + ".nvram", () => new byte[8684]);
    }

    /// <summary>The .vmx file, as the state stands.</summary>
    public static string Vmx(VirtualMachine vm)
    {
        StringBuilder text = new();
        foreach (KeyValuePair<string, string> line in VmxLines(vm))
        {
            text.Append(line.Key).Append(" = \"").Append(line.Value.Replace("\"", "|22")).Append("\"\n");
        }

        return text.ToString();
    }

    public static IEnumerable<KeyValuePair<string, string>> VmxLines(VirtualMachine vm)
    {
        VmConfig config = vm.Config;
        yield return new(".encoding", "UTF-8");
        yield return new("displayName", vm.Name);
        yield return new("virtualHW.version", config.HardwareVersion.ToString(CultureInfo.InvariantCulture));
        yield return new("guestOS", config.GuestId.Replace("64Guest", "-64").Replace("Guest", string.Empty));
        yield return new("firmware", config.Firmware);
        yield return new("memSize", config.MemoryMB.ToString(CultureInfo.InvariantCulture));
        yield return new("numvcpus", config.NumCpu.ToString(CultureInfo.InvariantCulture));
        yield return new("uuid.bios", config.HardwareVersion > 0 ? vm.BiosUuid.ToString("N") : string.Empty);
        yield return new("vc.uuid", vm.InstanceUuid.ToString("N"));
        yield return new("sched.mem.min", config.MemoryReservationMB.ToString(CultureInfo.InvariantCulture));
        if (config.LockMemory)
        {
            yield return new("sched.mem.pin", "TRUE");
        }

        if (config.CpuHotAdd)
        {
            yield return new("vcpu.hotadd", "TRUE");
        }

        if (config.MemoryHotAdd)
        {
            yield return new("mem.hotadd", "TRUE");
        }

        foreach (KeyValuePair<string, string> line in config.Passthrough.SelectMany((device, index) => device.VmxLines(index)))
        {
            yield return line;
        }

        foreach (KeyValuePair<string, string> pair in config.ExtraConfig)
        {
            yield return pair;
        }
    }
}
