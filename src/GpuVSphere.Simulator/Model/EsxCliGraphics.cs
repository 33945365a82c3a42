using System;
using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Simulator.Protocol;

namespace GpuVSphere.Simulator.Model;

/// <summary>
/// esxcli graphics (facts: vim25-gpu.md 2.3 and 7, samples/esxcli-graphics-*.txt). The type names and the name of the policy's option are UNCONFIRMED.
/// </summary>
internal static class EsxCliGraphics
{
    public static IEnumerable<EsxCliCommand> CommandsOf(HostSystem host, object gate)
    {
        yield return HostCommand.Of(host, gate, "graphics.host", "get", "HostGraphics", "simple", _ => Wire.Of(string.Empty)
            .With("DefaultGraphicsType", TypeName(host.Graphics.DefaultType))
            .With("SharedPassthruAssignmentPolicy", host.Graphics.Policy == "performance" ? "Performance" : "Consolidation"));
        yield return HostCommand.Of(host, gate, "graphics.host", "set", "Result", "simple", call => Set(host, call), [
            new EsxCliParameter("defaulttype", ["--default-type"], "The default graphics type: Shared or SharedPassthru."),
            new EsxCliParameter("sharedpassthruassignmentpolicy", ["--shared-passthru-assignment-policy"], "The assignment policy: Performance or Consolidation.")]);
        yield return HostCommand.Of(host, gate, "graphics.host", "refresh", "Result", "simple", _ => true);
        yield return HostCommand.Of(host, gate, "graphics.device", "list", "GraphicsDevice", "simple", _ => Wire.List(host.Graphics.Devices.Select(f => Wire.Of(string.Empty)
            .With("Address", f.Id.ToString())
            .With("VendorName", f.Card.VendorName)
            .With("DeviceName", f.Card.Name)
            .With("ModuleName", host.HasGpuDriver && f.Card.IsGpu && !f.IsActive ? "nvidia" : "None")
            .With("GraphicsType", TypeName(host.Graphics.Type(f)))
            .With("MemorySizeinKB", host.HasGpuDriver && !f.IsActive ? f.Card.FrameBufferMB * 1024L : 0L)
            .With("NumberofVMs", (long)(host.VgpuUsersOf(f).Count() + (host.HolderOf(f) is null ? 0 : 1))))));
    }

    private static bool Set(HostSystem host, EsxCliCall call)
    {
        string? type = call["defaulttype"] switch
        {
            null => null,
            { } text when Same(text, "Shared") => "shared",
            { } text when Same(text, "SharedPassthru") => "sharedDirect",
            { } text => throw new EsxCliFault("Invalid default graphics type: " + text),
        };
        string? policy = call["sharedpassthruassignmentpolicy"] switch
        {
            null => null,
            { } text when Same(text, "Performance") => "performance",
            { } text when Same(text, "Consolidation") => "consolidation",
            { } text => throw new EsxCliFault("Invalid shared passthru assignment policy: " + text),
        };
        if (type is null && policy is null)
        {
            throw new EsxCliFault("Nothing to set: give the default type or the assignment policy.");
        }

        host.GraphicsManager.Update(type, policy, []);
        return true;
    }

    private static bool Same(string text, string value) => string.Equals(text, value, StringComparison.OrdinalIgnoreCase);

    private static string TypeName(string type) => type switch
    {
        "sharedDirect" => "SharedPassthru",
        "shared" => "Shared",
        "direct" => "Direct",
        _ => "Basic",
    };
}
