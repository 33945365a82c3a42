using System;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using VMware.VimAutomation.ViCore.Types.V1;

namespace VMware.VimAutomation.ViCore.Impl.V1;

/// <summary>The connections of the process, and the two global variables that show the default ones.</summary>
internal static class Servers
{
    private static readonly object s_gate = new();
    private static readonly List<VIServerImpl> s_all = [];
    private static object[] s_shownMany = [];
    private static object s_shownOne;

    public static BadCertificateAction SessionCertificateAction { get; set; } = BadCertificateAction.Unset;

    public static IReadOnlyList<VIServerImpl> All
    {
        get
        {
            lock (s_gate)
            {
                return [.. s_all];
            }
        }
    }

    public static void Add(VIServerImpl server)
    {
        lock (s_gate)
        {
            s_all.Add(server);
        }
    }

    public static void Remove(VIServerImpl server)
    {
        lock (s_gate)
        {
            s_all.Remove(server);
        }
    }

    /// <summary>Shows the default servers in the global variables.</summary>
    public static void Publish(SessionState state)
    {
        s_shownMany = [.. All.Where(s => s.IsDefault)];
        s_shownOne = s_shownMany.LastOrDefault();
        state.PSVariable.Set("global:DefaultVIServers", s_shownMany);
        state.PSVariable.Set("global:DefaultVIServer", s_shownOne);
    }

    /// <summary>PowerCLI refuses to work once another has written its variables; so does this.</summary>
    public static void CheckVariables(SessionState state)
    {
        object many = state.PSVariable.GetValue("global:DefaultVIServers");
        object one = state.PSVariable.GetValue("global:DefaultVIServer");
        many = many is PSObject wrapped ? wrapped.BaseObject : many;
        one = one is PSObject wrappedOne ? wrappedOne.BaseObject : one;
        if (s_shownMany.Length > 0 && (!ReferenceEquals(many, s_shownMany) || !ReferenceEquals(one, s_shownOne)))
        {
            throw new InvalidOperationException("The default server variables were written by somebody else.");
        }
    }
}
