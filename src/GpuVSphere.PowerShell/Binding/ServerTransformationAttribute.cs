using System;
using System.Collections.Generic;
using System.Management.Automation;
using GpuVSphere.PowerShell.Session;

namespace GpuVSphere.PowerShell.Binding;

/// <summary>Lets a parameter take this module's connections, PowerCLI's VIServer objects, and names. Runs on the pipeline thread, where PowerCLI's objects may be read.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class ServerTransformationAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        List<ServerIdentity> servers = [];
        foreach (object element in IdentityReader.Flatten(inputData))
        {
            servers.Add(IdentityReader.Unwrap(element) switch
            {
                string name => new ServerIdentity(name),
                Uri address => new ServerIdentity(address.ToString()),
                ServerIdentity identity => identity,
                GpuConnection connection => new ServerIdentity(connection),
                GpuVSphereSimulator simulator => new ServerIdentity(simulator),
                _ => PowerCliSessions.Read(element) is { } borrowed ? new ServerIdentity(borrowed) : new ServerIdentity(element),
            });
        }

        return servers.ToArray();
    }
}
