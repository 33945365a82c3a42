using System;
using System.Collections.Generic;

namespace GpuVSphere.Vim;

/// <summary>The server refused a call or a property. Its fault type is the error's id, except where a derived type says otherwise.</summary>
public class VimFaultException : GpuVSphereException
{
    internal VimFaultException(VimFault fault, VimFaultContext context)
        : this(fault, context, fault.Type, CategoryOf(fault.Type), Sentence(fault, context), NextStepFor(fault.Type))
    {
    }

    private protected VimFaultException(VimFault fault, VimFaultContext context, string id, GpuErrorCategory category, string message, string? nextStep)
        : base(id, category, message, context.Display, nextStep)
    {
        FaultType = fault.Type;
        FaultMessage = fault.Message;
        Details = fault.Details();
        Fault = fault.Detail;
        Method = context.Method;
        Object = context.Object;
    }

    /// <summary>The type of the fault, such as <c>InvalidPowerState</c>.</summary>
    public string FaultType { get; }

    /// <summary>The server's own text.</summary>
    public string FaultMessage { get; }

    /// <summary>Further texts in the fault and its causes, in order.</summary>
    public IReadOnlyList<string> Details { get; }

    /// <summary>The fault's fields, or null when the server sent none.</summary>
    public VimElement? Fault { get; }

    /// <summary>The method that was called, or the property that was read.</summary>
    public string Method { get; }

    /// <summary>The object it was called on.</summary>
    public ManagedObjectReference Object { get; }

    private protected static string Sentence(VimFault fault, VimFaultContext context)
    {
        string text = fault.Message.Trim();
        IReadOnlyList<string> details = fault.Details();
        if (text.Length == 0)
        {
            text = details.Count > 0 ? details[0] : "no reason was given.";
        }

        return $"{context.Display}: {context.Method} was refused ({fault.Type}): {text}";
    }

    private protected static GpuErrorCategory CategoryOf(string faultType) => faultType switch
    {
        "NoPermission" or "RestrictedByAdministrator" or "RestrictedVersion" or "SecurityError" => GpuErrorCategory.PermissionDenied,
        "InvalidLogin" or "NotAuthenticated" or "InvalidLocale" => GpuErrorCategory.AuthenticationFailed,
        "ManagedObjectNotFound" or "NotFound" or "FileNotFound" or "DeviceNotFound" => GpuErrorCategory.ObjectNotFound,
        "TaskInProgress" or "ResourceInUse" or "FileLocked" => GpuErrorCategory.ResourceBusy,
        "NotSupported" or "MethodNotFound" or "NotImplemented" or "DeviceNotSupported" or "VirtualHardwareVersionNotSupported" => GpuErrorCategory.NotSupported,
        "Timedout" => GpuErrorCategory.Timeout,
        "HostNotConnected" or "HostNotReachable" or "HostCommunication" => GpuErrorCategory.ConnectionFailed,
        "ConcurrentAccess" or "RebootRequired" => GpuErrorCategory.InvalidState,
        _ when faultType.StartsWith("Invalid", StringComparison.Ordinal) && faultType.EndsWith("State", StringComparison.Ordinal) => GpuErrorCategory.InvalidState,
        _ => GpuErrorCategory.OperationFailed,
    };

    private static string? NextStepFor(string faultType) => faultType switch
    {
        "TaskInProgress" => "Wait until the running task has finished and try again.",
        "ConcurrentAccess" => "Someone else changed the object meanwhile: run the command again, it reads the new state.",
        "ManagedObjectNotFound" => "The object was removed or registered anew: read it again and repeat.",
        "HostNotConnected" or "HostNotReachable" or "HostCommunication" => "Reconnect the host in vCenter and try again.",
        "MethodNotFound" or "NotImplemented" => "This version of vSphere does not have it.",
        _ => null,
    };
}
