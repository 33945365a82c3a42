using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Simulator.Protocol;

namespace GpuVSphere.Simulator.Model;

/// <summary>The faults of the model, each with the fields of its type.</summary>
internal static class Faults
{
    public static SimulatedFault PlatformConfig(string message, string fact)
    {
        SimulatedFault fault = new("PlatformConfigFault", message, fact);
        fault.Detail.With("text", message);
        return fault;
    }

    public static SimulatedFault InvalidPowerState(string requested, string existing, string fact)
    {
        SimulatedFault fault = new("InvalidPowerState", "The attempted operation cannot be performed in the current state (" + PowerText(existing) + ").", fact);
        fault.Detail.With("requestedState", requested).With("existingState", existing);
        return fault;
    }

    public static SimulatedFault InvalidState(string message, string fact) => new("InvalidState", message, fact);

    public static SimulatedFault NotSupported(string message, string fact) => new("NotSupported", message, fact);

    public static SimulatedFault InvalidArgument(string property, string message, string fact)
    {
        SimulatedFault fault = new("InvalidArgument", message, fact);
        fault.Detail.With("invalidProperty", property);
        return fault;
    }

    public static SimulatedFault Device(string type, int deviceIndex, string message, string fact)
    {
        SimulatedFault fault = new(type, message, fact);
        fault.Detail.With("deviceIndex", deviceIndex);
        return fault;
    }

    public static SimulatedFault DeviceNotSupported(string device, string reason, string fact)
    {
        SimulatedFault fault = new("DeviceNotSupported", "Device '" + device + "' is not supported: " + reason, fact);
        fault.Detail.With("device", device).With("reason", reason);
        return fault;
    }

    public static SimulatedFault HostNotConnected(string hostName) =>
        new("HostNotConnected", "Unable to communicate with the remote host " + hostName + ", since it is disconnected.", "types-core.txt: HostNotConnected, HostCommunication");

    public static SimulatedFault HostNotReachable(string hostName) =>
        new("HostNotReachable", "Unable to communicate with the remote host " + hostName + ": it does not answer.", "types-core.txt: HostNotReachable, HostCommunication");

    /// <summary>A power-on that the VMX process gave up: each line of its explanation is a faultMessage, as in samples/poweron-fault-hpe-hotplug.txt.</summary>
    public static SimulatedFault PowerOnFailed(string module, string fact, params string[] lines)
    {
        string head = "Module '" + module + "' power on failed.";
        SimulatedFault fault = new("GenericVmConfigFault", string.Join(" ", new[] { head }.Concat(lines)), fact);
        List<object> messages = new[] { "Failed to start the virtual machine.", head }.Concat(lines)
            .Select((text, i) => (object)Wire.Of("LocalizableMessage").With("key", i == 0 ? "msg.vmx.poweron.failed" : i == 1 ? "msg.moduletable.powerOnFailed" : "msg.pciPassthru.failed").With("message", text))
            .ToList();
        fault.Detail.With("faultMessage", messages).With("reason", head);
        return fault;
    }

    public static SimulatedFault MethodNotFound(MethodCall call, MoRef receiver)
    {
        SimulatedFault fault = new("MethodNotFound", "Method " + call.Method + " of type " + receiver.Type + " was not found.", "types-core.txt: MethodNotFound");
        fault.Detail.With("receiver", receiver).With("method", call.Method);
        return fault;
    }

    public static SimulatedFault DuplicateName(string name, MoRef other)
    {
        SimulatedFault fault = new("DuplicateName", "The name '" + name + "' already exists.", "types-core.txt: DuplicateName");
        fault.Detail.With("name", name).With("object", other);
        return fault;
    }

    public static SimulatedFault ManagedObjectNotFound(MoRef reference)
    {
        SimulatedFault fault = new("ManagedObjectNotFound", "The object '" + reference + "' has already been deleted or has not been completely created.", "types-core.txt: ManagedObjectNotFound");
        fault.Detail.With("obj", reference);
        return fault;
    }

    public static SimulatedFault RequestCanceled() =>
        new("RequestCanceled", "The task was canceled by a user.", "vim25-gpu.md 6: RequestCanceled");

    private static string PowerText(string state) => state switch
    {
        "poweredOn" => "Powered on",
        "poweredOff" => "Powered off",
        _ => "Suspended",
    };
}
