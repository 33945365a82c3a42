using System;

namespace GpuVSphere.Simulator;

/// <summary>An accident to order: which calls it meets, and what happens to them. Unset conditions match every call.</summary>
public sealed class FaultRule
{
    private int _met;
    private int _applied;

    /// <summary>The method it meets, such as <c>ReconfigVM_Task</c>. A plain GET, PUT or HEAD is met by <c>GET</c>, <c>PUT</c> or <c>HEAD</c>. Null meets every SOAP call.</summary>
    public string? Method { get; init; }

    /// <summary>The type of the object called, such as <c>HostPciPassthruSystem</c>.</summary>
    public string? ObjectType { get; init; }

    /// <summary>The id of the object called, such as <c>host-21</c>.</summary>
    public string? ObjectId { get; init; }

    /// <summary>How many matching calls pass unharmed first; 0 or more.</summary>
    public int After { get; init; }

    /// <summary>How many calls it then meets; null means all of them.</summary>
    public int? Times { get; init; }

    /// <summary>Whether the call is carried out first, so that the change is made and only the answer is lost.</summary>
    public bool AfterWork { get; init; }

    /// <summary>Simulated time that the call is held up. Alone or together with something else.</summary>
    public TimeSpan Delay { get; init; }

    /// <summary>The type of a fault to answer with, such as <c>HostConfigFault</c>.</summary>
    public string? Fault { get; init; }

    /// <summary>The text of that fault.</summary>
    public string FaultMessage { get; init; } = "A fault that was ordered by a rule of the simulator.";

    /// <summary>Whether the connection is closed without an answer.</summary>
    public bool DropConnection { get; init; }

    /// <summary>The bytes of the answer that still come before the connection breaks; null sends all of it.</summary>
    public int? Truncate { get; init; }

    /// <summary>Whether the answer is bytes that are no XML.</summary>
    public bool Garbage { get; init; }

    /// <summary>An HTTP status to answer with instead, such as 503.</summary>
    public int? HttpStatus { get; init; }

    /// <summary>How many calls it has met.</summary>
    public int Applied => _applied;

    /// <summary>Counts a call and says whether the rule applies to it. Called under the lock of the rules.</summary>
    internal bool Meets(string method, bool isSoap, string? objectType, string? objectId)
    {
        if ((Method is null ? !isSoap : Method != method) || (ObjectType is not null && ObjectType != objectType) || (ObjectId is not null && ObjectId != objectId))
        {
            return false;
        }

        if (_met++ < After || _applied >= Times)
        {
            return false;
        }

        _applied++;
        return true;
    }
}
