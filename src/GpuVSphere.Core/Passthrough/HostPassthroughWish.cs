using System;
using System.Collections.Generic;
using GpuVSphere.Changes;
using GpuVSphere.Inventory;

namespace GpuVSphere.Passthrough;

/// <summary>What is wanted of one device: passthrough on or off, a label, or both.</summary>
/// <param name="Address">The device.</param>
/// <param name="Enabled">Whether passthrough is to be enabled; null to leave it.</param>
/// <param name="Label">The label; empty to remove it, null to leave it.</param>
internal sealed record HostPassthroughWish(PciAddress Address, bool? Enabled, string? Label)
{
    /// <summary>Reads the wishes for one host from an intent.</summary>
    /// <exception cref="GpuVSphereException">MalformedPciAddress, IntentInvalid.</exception>
    public static IReadOnlyList<HostPassthroughWish> Read(IntentTarget target)
    {
        SortedDictionary<PciAddress, HostPassthroughWish> wishes = [];
        foreach (KeyValuePair<string, string> wanted in target.Wanted)
        {
            if (IntentConditions.IsCondition(wanted.Key))
            {
                continue;
            }

            bool isLabel = wanted.Key.StartsWith(HostPassthroughOperation.LabelPrefix, StringComparison.Ordinal);
            string text = isLabel ? wanted.Key.Substring(HostPassthroughOperation.LabelPrefix.Length) : wanted.Key;
            if (!PciAddress.TryParse(text, out PciAddress address))
            {
                throw new GpuVSphereException(
                    "MalformedPciAddress",
                    GpuErrorCategory.InvalidArgument,
                    $"'{text}' is not a PCI address.",
                    target.Target.Name,
                    "Write it as 0000:3b:00.0; Get-GpuDevice shows the addresses of a host.");
            }

            HostPassthroughWish wish = wishes.TryGetValue(address, out HostPassthroughWish? known) ? known : new HostPassthroughWish(address, null, null);
            wishes[address] = isLabel
                ? wish with { Label = wanted.Value }
                : wish with
                {
                    Enabled = wanted.Value switch
                    {
                        HostPassthroughOperation.Enabled => true,
                        HostPassthroughOperation.Disabled => false,
                        _ => throw new GpuVSphereException(
                            "IntentInvalid",
                            GpuErrorCategory.InvalidData,
                            $"The intent wants {text} of {target.Target.Name} to be '{wanted.Value}'; enabled or disabled is expected.",
                            target.Target.Name,
                            "Make the intent anew."),
                    },
                };
        }

        return [.. wishes.Values];
    }
}
